"""Networks and places. Each raises InvalidRequest naming the field that is wrong."""

import re
from typing import Final

from chalicelib.qr.payloads.entered import Fields, given, optional, required, wrong

_SECURITY: Final = {"wpa": "WPA", "wpa2": "WPA", "wpa3": "WPA", "wep": "WEP", "nopass": "nopass", "none": "nopass"}
_ESCAPED = re.compile(r'([\\;,:"])')


def wifi(fields: Fields) -> str:
    """ZXing's de-facto format; segno's own helper leaves the comma unescaped."""
    encryption = optional(fields, "encryption") or ("WPA" if fields.get("password") else "nopass")
    security = _SECURITY.get(encryption.lower())
    if security is None:
        raise wrong("encryption", "must be WPA, WEP or nopass")
    hidden = fields.get("hidden", False)
    if not isinstance(hidden, bool):
        raise wrong("hidden", "must be true or false")
    parts = [f"T:{security}", f"S:{_escaped(required(fields, 'ssid'))}"]
    if security != "nopass":
        parts.append(f"P:{_escaped(required(fields, 'password'))}")
    if hidden:
        parts.append("H:true")
    return f"WIFI:{';'.join(parts)};;"


def geo(fields: Fields) -> str:
    """RFC 5870, section 3.4.2: WGS 84 degrees."""
    from segno.helpers import make_geo_data

    payload: str = make_geo_data(_degrees(fields, "latitude", 90), _degrees(fields, "longitude", 180))
    return payload


def _escaped(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", text)


def _degrees(fields: Fields, name: str, most: int) -> float:
    value = given(fields, name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong(name, "is required, in degrees")
    try:
        degrees = float(value)
    except (ValueError, OverflowError) as error:
        raise wrong(name, "must be a number of degrees") from error
    if not -most <= degrees <= most:
        raise wrong(name, f"must lie between -{most} and {most}")
    return round(degrees, 8) + 0.0  # segno writes 8 places; adding 0.0 turns -0.0 into 0.0
