"""Real user agents."""

IPHONE_SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
ANDROID_CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36"
)
SAMSUNG_BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"
)
WINDOWS_EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0"
)
IPAD_SAFARI = (
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.6 Mobile/15E148 Safari/604.1"
)
INSTAGRAM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "Instagram 334.0.4.32.98 (iPhone15,3; iOS 17_5; en_US; en; scale=3.00; 1290x2796; 607622915)"
)
WHATSAPP_PREVIEW = "WhatsApp/2.23.20.0 A"
SLACK_PREVIEW = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CURL = "curl/8.5.0"

BOTS = {"WhatsApp": WHATSAPP_PREVIEW, "Slack": SLACK_PREVIEW, "Googlebot": GOOGLEBOT, "curl": CURL}

# Name -> agent, and what the `dynamic` API calls its device, system and browser.
HUMANS = {
    "iPhone Safari": (IPHONE_SAFARI, "mobile", "iOS", "Safari"),
    "Android Chrome": (ANDROID_CHROME, "mobile", "Android", "Chrome"),
    "Samsung Browser": (SAMSUNG_BROWSER, "mobile", "Android", "Samsung Internet"),
    "Windows Edge": (WINDOWS_EDGE, "desktop", "Windows", "Edge"),
    "iPad Safari": (IPAD_SAFARI, "tablet", "iOS", "Safari"),
}
