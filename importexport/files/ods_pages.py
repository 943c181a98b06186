"""How a spreadsheet is printed: landscape, with all columns on the width of one page."""

from odf import opendocument, style
from odf.namespaces import STYLENS

PAGE = "wide-page"
_LAYOUT = "wide-layout"


def set_up_pages(document: opendocument.OpenDocument) -> None:
    """Add the page that the sheets' style is for."""
    layout = style.PageLayout(name=_LAYOUT)
    properties = style.PageLayoutProperties(
        printorientation="landscape", pagewidth="29.7cm", pageheight="21cm", margin="1cm"
    )
    # One page wide, and as many high as there are; odfpy does not know these attributes.
    properties.setAttrNS(STYLENS, "scale-to-X", "1")
    properties.setAttrNS(STYLENS, "scale-to-Y", "0")
    layout.addElement(properties)
    document.automaticstyles.addElement(layout)
    document.masterstyles.addElement(style.MasterPage(name=PAGE, pagelayoutname=_LAYOUT))
