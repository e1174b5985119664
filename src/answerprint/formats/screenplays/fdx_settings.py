"""The settings a new Final Draft document begins with: the industry's layout, as Final Draft writes it."""

from __future__ import annotations

from typing import NamedTuple

# Sections in Final Draft's order; what is carried stands where its name does, unknown names at the end.
ORDER = (
    "Watermarking",
    "HeaderAndFooter",
    "SpellCheckIgnoreLists",
    "PageLayout",
    "WindowState",
    "TextState",
    "ElementSettings",
    "TitlePage",
    "SmartType",
    "MoresAndContinueds",
    "LockedPages",
    "Revisions",
    "SplitState",
    "Macros",
    "Actors",
    "Cast",
    "SceneNumberOptions",
    "CastList",
    "CharacterHighlighting",
    "TagData",
    "Characters",
    "ScriptNotes",
    "Images",
    "Outlines",
)
_FONT = (
    '<FontSpec AdornmentStyle="0" Background="#FFFFFFFFFFFF" Color="#000000000000" Font="Courier Final Draft"'
    ' RevisionID="0" Size="12" Style="{}"/>'
)
HEADER_AND_FOOTER = """\
  <HeaderAndFooter FooterFirstPage="No" FooterVisible="No" HeaderFirstPage="No" HeaderVisible="Yes" \
StartingPage="1">
    <Header>
      <Paragraph Alignment="Right" FirstIndent="0.00" Leading="Regular" LeftIndent="1.25" \
RightIndent="-1.25" SpaceBefore="0" Spacing="1" StartsNewPage="No">
        <DynamicLabel Type="Page #"/>
        <Text>.</Text>
      </Paragraph>
    </Header>
    <Footer/>
  </HeaderAndFooter>"""
PAGE_LAYOUT = """\
  <PageLayout BackgroundColor="#FFFFFFFFFFFF" BottomMargin="72" BreakDialogueAndActionAtSentences="Yes" \
DocumentLeading="Normal" FooterMargin="36" ForegroundColor="#000000000000" HeaderMargin="36" \
InvisiblesColor="#808080808080" TopMargin="72" UsesSmartQuotes="No">
    <PageSize Height="11.00" Width="8.50"/>
    <AutoCastList AddParentheses="Yes" AutomaticallyGenerate="No" CastListElement="Cast List"/>
  </PageLayout>"""


class ElementSetting(NamedTuple):
    """A paragraph type: indents in inches from the paper's left edge, space above in points."""

    style: str
    paginate_as: str
    next_type: str
    left: str
    right: str
    above: int
    font: str = ""
    alignment: str = "Left"
    new_page: str = "No"


_BOLD = "Bold+Underline+AllCaps"
_HIDDEN = "Italic+HiddenText"
SETTINGS = (
    ElementSetting("General", "General", "General", "1.50", "7.50", 0),
    ElementSetting("Scene Heading", "Scene Heading", "Action", "1.50", "7.50", 24, "AllCaps"),
    ElementSetting("Action", "Action", "Action", "1.50", "7.50", 12),
    ElementSetting("Character", "Character", "Dialogue", "3.50", "7.25", 12, "AllCaps"),
    ElementSetting("Parenthetical", "Parenthetical", "Dialogue", "3.00", "5.50", 0),
    ElementSetting("Dialogue", "Dialogue", "Action", "2.50", "6.00", 0),
    ElementSetting("Transition", "Transition", "Scene Heading", "5.50", "7.10", 12, "AllCaps", "Right"),
    ElementSetting("Shot", "Scene Heading", "Action", "1.50", "7.50", 24, "AllCaps"),
    ElementSetting("Cast List", "Action", "Action", "1.50", "7.50", 0, "AllCaps"),
    ElementSetting("Lyrics", "Dialogue", "Lyrics", "2.50", "6.00", 0, "Italic"),
    ElementSetting("New Act", "Scene Heading", "Scene Heading", "1.50", "7.50", 12, _BOLD, "Center", "Yes"),
    ElementSetting("End of Act", "Character", "New Act", "1.50", "7.50", 24, _BOLD, "Center"),
    ElementSetting("Outline Body", "General", "Outline Body", "1.50", "7.50", 0, _HIDDEN),
    *(
        ElementSetting(f"Outline {depth}", "General", "Outline Body", "1.50", "7.50", 10, _HIDDEN)
        for depth in range(1, 7)
    ),
)
KNOWN_STYLES = frozenset(one.style for one in SETTINGS)


def element_settings(one: ElementSetting) -> str:
    """A paragraph type's settings as Final Draft writes them."""
    return (
        f'  <ElementSettings Type="{one.style}">\n'
        f"    {_FONT.format(one.font)}\n"
        f'    <ParagraphSpec Alignment="{one.alignment}" FirstIndent="0.00" Leading="Regular"'
        f' LeftIndent="{one.left}" RightIndent="{one.right}" SpaceBefore="{one.above}" Spacing="1"'
        f' StartsNewPage="{one.new_page}"/>\n'
        f'    <Behavior PaginateAs="{one.paginate_as}" ReturnKey="{one.next_type}"/>\n'
        f"  </ElementSettings>"
    )
