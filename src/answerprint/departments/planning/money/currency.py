"""Exact money: amounts are integers of a currency's smallest unit, rounded half up, once for each line."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

# ISO 4217 (list one, active codes of states and unions); digits after the point where they are not two.
_LISTED = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF
YER ZAR ZMW ZWG
"""
_CODES = frozenset(_LISTED.split())
_NO_DIGITS_LISTED = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS_LISTED = "BHD IQD JOD KWD LYD OMR TND"
_NO_DIGITS = frozenset(_NO_DIGITS_LISTED.split())
_THREE_DIGITS = frozenset(_THREE_DIGITS_LISTED.split())


def known(code: str) -> bool:
    """Whether ISO 4217 knows the code."""
    return code in _CODES


def digits(code: str) -> int:
    """Digits after the point of a currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    return 0 if code in _NO_DIGITS else 3 if code in _THREE_DIGITS else 2


def minor(amount: Decimal | Fraction | int, code: str) -> int:
    """An amount in the smallest unit of its currency, rounded half away from zero."""
    return rounded(Fraction(amount) * 10 ** digits(code))


def rounded(amount: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    nearest = int(abs(amount) + Fraction(1, 2))
    return -nearest if amount < 0 else nearest


def exact(amount: int, code: str) -> str:
    """An amount of the smallest unit as an exact decimal: `1234.50`."""
    places = digits(code)
    text = f"{abs(amount):0{places + 1}d}"
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    return f"-{text}" if amount < 0 else text


def shown(amount: int, code: str) -> str:
    """An amount for people, thousands set apart, in whole units: `1 234 EUR`."""
    whole = rounded(Fraction(amount, 10 ** digits(code)))
    return f"{grouped(whole)} {code}"


def grouped(number: int) -> str:
    """A whole number with its thousands set apart by a no-break space."""
    return f"{number:,}".replace(",", "\u00a0")


def plain(number: Decimal | Fraction) -> str:
    """A quantity without superfluous zeros, at most four digits after the point: `12`, `4.8`."""
    thousandths = round(Fraction(number) * 10_000)
    whole, rest = divmod(abs(thousandths), 10_000)
    text = f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
    return f"-{text}" if thousandths < 0 else text
