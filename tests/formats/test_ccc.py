"""ASC CDL collections: written, read, and refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.cut import Cdl
from answerprint.core.errors import FormatError
from answerprint.formats.colour.ccc import read_ccc, write_ccc

positive = st.floats(0, 8, allow_nan=False).map(lambda value: float(f"{value:.8g}"))
any_ = st.floats(-1, 1, allow_nan=False).map(lambda value: float(f"{value:.8g}"))
grades = st.builds(
    Cdl,
    st.tuples(positive, positive, positive),
    st.tuples(any_, any_, any_),
    st.tuples(positive, positive, positive),
    positive,
)
names = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=20)


@given(st.dictionaries(names.filter(lambda one: one == " ".join(one.split())), grades, max_size=5))
def test_what_is_written_is_read(held: dict[str, Cdl]) -> None:
    assert read_ccc(write_ccc(held, description="in ACEScct", notes={id: "a & b" for id in held})) == held


OLD = b"""<ColorDecisionList xmlns="urn:ASC:CDL:v1.01"><ColorDecision><ColorCorrection id="x">
<SOPNode><Slope>1 1.1 .9</Slope><Offset>-0.1 0 0</Offset><Power>1 1 1</Power></SOPNode>
<SATNode><Saturation>0.8</Saturation></SATNode></ColorCorrection></ColorDecision></ColorDecisionList>"""


def test_older_lists_and_single_corrections_are_read() -> None:
    assert read_ccc(OLD) == {"x": Cdl((1.0, 1.1, 0.9), (-0.1, 0.0, 0.0), (1.0, 1.0, 1.0), 0.8)}
    assert read_ccc(b"<ColorCorrection/>") == {"correction 1": Cdl()}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "680"),
        (b"<a>", "680"),
        (b"<other/>", "680"),
        (b'<!DOCTYPE x [<!ENTITY e "x">]><ColorCorrection/>', "680"),
        (OLD.replace(b"1 1.1 .9", b"1 1.1"), "681"),
        (OLD.replace(b"1 1.1 .9", b"1 1.1 -2"), "681"),
        (OLD.replace(b"0.8", b"nan"), "681"),
        (OLD.replace(b"0.8", b"much"), "681"),
    ],
)
def test_what_is_none_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_ccc(data, file="x.ccc")
    assert caught.value.code == f"AP-FORMAT-{code}"
