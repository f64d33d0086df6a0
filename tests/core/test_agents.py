"""Agents: people are people whatever they scan with, and machines do not count."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.agents import Agent, judge, scan_method

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device", "system", "browser", "app"),
    [
        pytest.param(
            f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "mobile", "iOS", "Safari", "", id="iPhone Safari"
        ),
        pytest.param(
            "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",  # noqa: E501
            "tablet",
            "iOS",
            "Safari",
            "",
            id="iPad Safari",
        ),
        pytest.param(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",  # noqa: E501
            "desktop",
            "macOS",
            "Safari",
            "",
            id="iPad desktop",
        ),
        pytest.param(
            f"{IPHONE} CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1",
            "mobile",
            "iOS",
            "Chrome",
            "",
            id="iPhone Chrome",
        ),
        pytest.param(
            f"{IPHONE} FxiOS/126.0 Mobile/15E148 Safari/605.1.15", "mobile", "iOS", "Firefox", "", id="iPhone Firefox"
        ),
        pytest.param(
            f"{IPHONE} Version/17.0 EdgiOS/125.0.2535.60 Mobile/15E148 Safari/605.1.15",
            "mobile",
            "iOS",
            "Edge",
            "",
            id="iPhone Edge",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36",  # noqa: E501
            "mobile",
            "Android",
            "Chrome",
            "",
            id="Android Chrome",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",
            "tablet",
            "Android",
            "Chrome",
            "",
            id="Android tablet",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",  # noqa: E501
            "mobile",
            "Android",
            "Samsung Internet",
            "",
            id="Samsung",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-X906B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36",  # noqa: E501
            "tablet",
            "Android",
            "Samsung Internet",
            "",
            id="Samsung tablet",
        ),
        pytest.param(
            "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0",
            "mobile",
            "Android",
            "Firefox",
            "",
            id="Firefox Android",
        ),
        pytest.param(
            "Mozilla/5.0 (Android 14; Tablet; rv:126.0) Gecko/126.0 Firefox/126.0",
            "tablet",
            "Android",
            "Firefox",
            "",
            id="Firefox Android tablet",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 10; HD1913) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.6422.53 Mobile Safari/537.36 EdgA/124.0.2478.104",  # noqa: E501
            "mobile",
            "Android",
            "Edge",
            "",
            id="Edge android",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 10; VOG-L29) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.6422.53 Mobile Safari/537.36 OPR/76.2.4027.73374",  # noqa: E501
            "mobile",
            "Android",
            "Opera",
            "",
            id="Opera android",
        ),
        pytest.param(
            "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16",
            "mobile",
            "Android",
            "Opera",
            "",
            id="Opera mini",
        ),
        pytest.param(
            f"{WINDOWS} Chrome/125.0.0.0 Safari/537.36", "desktop", "Windows", "Chrome", "", id="Chrome Windows"
        ),
        pytest.param(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",  # noqa: E501
            "desktop",
            "macOS",
            "Chrome",
            "",
            id="Chrome mac",
        ),
        pytest.param(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",
            "desktop",
            "Linux",
            "Chrome",
            "",
            id="Chrome linux",
        ),
        pytest.param(
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",  # noqa: E501
            "desktop",
            "Chrome OS",
            "Chrome",
            "",
            id="ChromeOS",
        ),
        pytest.param(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0",
            "desktop",
            "Windows",
            "Firefox",
            "",
            id="Firefox Windows",
        ),
        pytest.param(
            f"{WINDOWS} Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0",
            "desktop",
            "Windows",
            "Edge",
            "",
            id="Edge windows",
        ),
        pytest.param(
            f"{WINDOWS} Chrome/125.0.0.0 Safari/537.36 OPR/111.0.0.0", "desktop", "Windows", "Opera", "", id="Opera win"
        ),
        pytest.param(
            f"{IPHONE} Mobile/15E148 Instagram 334.0.4.32.98 (iPhone15,2; iOS 17_5; en_US; en; scale=3.00; 1179x2556; 600000000)",  # noqa: E501
            "mobile",
            "iOS",
            "Instagram",
            "Instagram",
            id="Instagram iOS",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 14; SM-S911B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.53 Mobile Safari/537.36 Instagram 334.0.0.42.95 Android (34/14; 480dpi; 1080x2115; samsung; SM-S911B; dm1q; qcom; de_DE; 605000000)",  # noqa: E501
            "mobile",
            "Android",
            "Instagram",
            "Instagram",
            id="Instagram Android",
        ),
        pytest.param(
            f"{IPHONE} Mobile/21F79 [FBAN/FBIOS;FBAV/466.0.0.43.103;FBBV/602000000;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5]",  # noqa: E501
            "mobile",
            "iOS",
            "Facebook",
            "Facebook",
            id="Facebook iOS",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.53 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/465.0.0.42.88;]",  # noqa: E501
            "mobile",
            "Android",
            "Facebook",
            "Facebook",
            id="Facebook Android",
        ),
        pytest.param(
            f"{IPHONE} Mobile/15E148 WhatsApp/24.10.79",
            "mobile",
            "iOS",
            "WhatsApp",
            "WhatsApp",
            id="WhatsApp in-app iOS",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.53 Mobile Safari/537.36 WhatsApp/2.24.10.85",  # noqa: E501
            "mobile",
            "Android",
            "WhatsApp",
            "WhatsApp",
            id="WhatsApp in-app Android",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.53 Mobile Safari/537.36Snapchat12.88.0.39 (SM-A536B; Android 13#A536BXXS9DXA1#33; gzip; )",  # noqa: E501
            "mobile",
            "Android",
            "Chrome",
            "Snapchat",
            id="Snapchat Android",
        ),
        pytest.param(f"{IPHONE} Mobile/15E148 Safari Line/14.8.0", "mobile", "iOS", "LINE", "LINE", id="LINE iOS"),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 13; V2241A Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 MMWEBID/98 MicroMessenger/8.0.49.2600(0x28003133) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64",  # noqa: E501
            "mobile",
            "Android",
            "Chrome",
            "WeChat",
            id="WeChat Android",
        ),
        pytest.param(
            f"{IPHONE} Mobile/15E148 Ariver/1.1.0 AliApp(AP/10.5.96.6000) Nebula WK RVKType(0) AlipayDefined(nt:WIFI,ws:393|788|3.0) AlipayClient/10.5.96.6000 Alipay Language/zh-Hans Region/CN NebulaX/1.0.0",  # noqa: E501
            "mobile",
            "iOS",
            "Safari",
            "Alipay",
            id="Alipay iOS",
        ),
        pytest.param(
            f"{IPHONE} GSA/317.0.634488990 Mobile/15E148 Safari/604.1", "mobile", "iOS", "Google", "Google", id="GSA"
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.0.0 Mobile DuckDuckGo/5 Safari/537.36",  # noqa: E501
            "mobile",
            "Android",
            "DuckDuckGo",
            "",
            id="DDG Android",
        ),
        pytest.param(
            f"{IPHONE} Mobile/15E148 QR Scanner/2.1", "mobile", "iOS", "Safari", "QR scanner", id="Kaspersky QR"
        ),
        pytest.param(f"{IPHONE} Mobile/15E148 Scanbot/9.0", "mobile", "iOS", "", "QR scanner", id="Scanbot"),
        pytest.param(
            "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",  # noqa: E501
            "unknown",
            "Tizen",
            "Safari",
            "",
            id="Samsung TV",
        ),
        pytest.param(
            "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36 WebAppManager",  # noqa: E501
            "unknown",
            "Web0S",
            "Chrome",
            "",
            id="LG TV",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",  # noqa: E501
            "mobile",
            "Android",
            "Chrome",
            "",
            id="Cubot",
        ),
    ],
)
def test_people_are_people(user_agent: str, device: str, system: str, browser: str, app: str) -> None:
    agent = judge(user_agent)
    assert (agent.device, agent.os, agent.browser, agent.app, agent.bot) == (device, system, browser, app, "")


@pytest.mark.parametrize(
    ("user_agent", "reason"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param("  ", "empty", id="spaces"),
        pytest.param(
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler", id="Googlebot"
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.6422.53 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",  # noqa: E501
            "crawler",
            id="Googlebot mobile",
        ),
        pytest.param(
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",  # noqa: E501
            "crawler",
            id="bingbot",
        ),
        pytest.param(
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "crawler",
            id="GPTBot",
        ),
        pytest.param(
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
            "crawler",
            id="ChatGPT-User",
        ),
        pytest.param(
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
            "crawler",
            id="ClaudeBot",
        ),
        pytest.param("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "crawler", id="Ahrefs"),
        pytest.param(
            "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "monitor", id="UptimeRobot"
        ),
        pytest.param(
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "preview",
            id="Facebook preview",
        ),
        pytest.param(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",  # noqa: E501
            "preview",
            id="iMessage",
        ),
        pytest.param("Twitterbot/1.0", "preview", id="Twitterbot"),
        pytest.param("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview", id="Slack"),
        pytest.param("TelegramBot (like TwitterBot)", "preview", id="Telegram"),
        pytest.param("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "preview", id="Discord"),
        pytest.param(
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "preview",
            id="LinkedIn",
        ),
        pytest.param("WhatsApp/2.24.10.85 A", "preview", id="WhatsApp preview A"),
        pytest.param("WhatsApp/2.24.10.79 i", "preview", id="WhatsApp preview i"),
        pytest.param(
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
            "preview",
            id="Skype",
        ),
        pytest.param("curl/8.5.0", "tool", id="curl"),
        pytest.param("Wget/1.21.3", "tool", id="wget"),
        pytest.param("python-requests/2.32.3", "tool", id="requests"),
        pytest.param("Go-http-client/2.0", "tool", id="Go"),
        pytest.param("axios/1.7.2", "tool", id="axios"),
        pytest.param("Dart/3.4 (dart:io)", "tool", id="Dart"),
        pytest.param(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/125.0.6422.60 Safari/537.36",  # noqa: E501
            "tool",
            id="Headless",
        ),
        pytest.param("Mozilla/5.0", "crawler", id="mozilla bare"),
    ],
)
def test_machines_are_bots_and_the_reason_is_told(user_agent: str, reason: str) -> None:
    assert judge(user_agent).bot == reason


@pytest.mark.parametrize(
    ("user_agent", "hint", "device"),
    [
        pytest.param("SomeApp (custom)", "tablet", "tablet", id="the agent tells nothing"),
        pytest.param("SomeApp (custom)", "", "unknown", id="nothing tells"),
        pytest.param(
            f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "desktop", "mobile", id="the agent knows better"
        ),
        pytest.param(
            "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko", "", "desktop", id="pen"
        ),
    ],
)
def test_the_device_hint_is_a_fallback(user_agent: str, hint: str, device: str) -> None:
    assert judge(user_agent, hint).device == device


def _agent(device: str = "mobile", system: str = "iOS", app: str = "") -> Agent:
    return Agent(device, system, "Safari", app)


@pytest.mark.parametrize(
    ("via", "referrer", "agent", "method"),
    [
        pytest.param("", "", _agent(), ("camera", "iOS Camera"), id="iPhone"),
        pytest.param("", "", _agent("tablet", "Android"), ("camera", "Android Camera"), id="Android tablet"),
        pytest.param("", "", _agent("mobile", "KaiOS"), ("camera", ""), id="another phone"),
        pytest.param("", "t.co", _agent(), ("manual_entry", ""), id="a phone with a referrer"),
        pytest.param("", "", _agent("desktop", "macOS"), ("manual_entry", ""), id="desktop"),
        pytest.param("", "t.co", _agent(app="WeChat"), ("app_scanner", "WeChat"), id="within an app"),
        pytest.param("file_upload", "", _agent(), ("file_upload", ""), id="via wins"),
        pytest.param("camera", "", _agent(app="LINE"), ("camera", "LINE"), id="via wins, and the app is kept"),
    ],
)
def test_how_a_scan_came_about(via: str, referrer: str, agent: Agent, method: tuple[str, str]) -> None:
    assert scan_method(via, referrer, agent) == method


@given(st.text(st.characters(), max_size=1200), st.sampled_from(["", "mobile", "tablet", "desktop"]))
def test_any_text_is_judged(user_agent: str, hint: str) -> None:
    agent = judge(user_agent, hint)
    assert agent.device in ("mobile", "tablet", "desktop", "unknown")


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param("JohnSmithsPhoneApp/3.2 CFNetwork/1410.0.3 Darwin/22.6.0", id="an app named after somebody"),
        pytest.param("JohnSmithBot/1.0", id="a bot named after somebody"),
        pytest.param("Mozilla/5.0 (X11; JohnSmithOS x86_64) JohnSmithBrowser/1.0", id="a browser and a system"),
    ],
)
def test_a_name_that_only_somebody_has_is_not_kept(user_agent: str) -> None:
    agent = judge(user_agent)
    assert "John" not in f"{agent.browser} {agent.os} {agent.app} {agent.device}"


def test_a_lone_surrogate_is_judged() -> None:
    assert judge("Mozilla/5.0 \ud800").device == "unknown"


def test_only_the_first_thousand_characters_count() -> None:
    assert judge(f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1" + " " * 1000 + "Googlebot").bot == ""


def test_the_parsers_load_on_first_use_only() -> None:
    code = "import sys, chalicelib.core.agents; print({'ua_parser', 'is_bot', 'regex'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
