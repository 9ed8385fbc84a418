"""The names an invented district is made of. Nobody lives there: every postcode is in ZZ."""


def _words(text: str, apart: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(apart))


TOWNS = (
    ("Harrowmere", 0.30),
    ("Eastmarsh", 0.18),
    ("Castle Fenning", 0.14),
    ("Fenwick", 0.10),
    ("Saltby Quay", 0.08),
)
"""Name and share of the district's properties; the villages have the rest."""

VILLAGE_STEMS = _words(
    "Ald Amber Apple Barn Beck Bram Brock Cold Crane Dun Elder Fern Gorse Hazel Hern Holm Kest "
    "Lark Marl Mill Oak Otter Pel Quill Rook Sedge Swan Thorn Tern Wal"
)
VILLAGE_ENDINGS = _words("by ham wick worth ney thorpe stead mere")
VILLAGE_BEGINNINGS = ("", "", "", "Little ", "Great ", "Nether ")

EVERYWHERE = ("High Street", "Station Road", "Church Lane", "Mill Lane", "Back Lane", "The Green")
"""Names that many settlements share: the n-th is found in the first 14, 9, 40, 25, 20 and 30."""
IN_SO_MANY = (14, 9, 40, 25, 20, 30)

STREET_WORDS = _words(
    "Abbey Acorn Albert Alma Apple Arundel Ash Aspen Avocet Badger Balmoral Barley Beech Bell "
    "Birch Bishop Blackthorn Bluebell Bramble Bridge Brook Buttermere Campion Carlton Castle "
    "Cedar Chapel Cherry Chestnut Church Churchill Clarence Clover Collier Coronation Cowslip "
    "Cranbourne Crescent Cricket Cross Curlew Dairy Dale Derwent Dove Duke Dunlin Eden Elm "
    "Fairfield Falcon Farriers Ferry Fir Foundry Foxglove Friars Furlong Garden George "
    "Goldcrest Grange Granary Greenfield Grove Harbour Harvest Hawthorn Heath Heron Hill Holly "
    "Hop Ivy Jubilee Juniper Kestrel King Kingfisher Laburnum Lapwing Larch Lavender Lilac Lime "
    "Linden Linnet Lower Magnolia Malt Manor Maple Market Marsh Meadow Miller Minster Mulberry "
    "Nelson New Nightingale Norfolk North Oak Old Orchard Osprey Otter Park Parsonage Pear "
    "Peregrine Pine Plover Poplar Primrose Priory Prospect Quarry Queen Railway Redwing River "
    "Robin Roman Rose Rowan Russet Saddlers Sandpiper School Severn Shepherd Shrewsbury Silver "
    "Skylark Sorrel South Spring Spruce Stable Starling Swallow Swift Sycamore Teal Thames "
    "Thistle Tithe Trinity Upper Valley Vicarage Victoria Walnut Water Wellington West Wharf "
    "Wheatfield Willow Windmill Windsor Woodland Wren Yew York "
)
STREET_KINDS = _words(
    "Avenue Close Court Crescent Drive Gardens Grove Lane Mews Place Rise Road Row Street Terrace "
    "Walk Way"
)
STREET_KIND_WEIGHTS = (9, 18, 3, 5, 12, 5, 4, 9, 3, 4, 2, 22, 1, 8, 3, 3, 9)
UNUSUAL_STREETS = (
    ("Allée de Honfleur", ""),
    ("Clos Françoise Dupré", ""),
    ("Heol y Môr", "Sea Road"),
    ("Ffordd Tŷ Gwyn", "White House Way"),
    ("St John's Road", ""),
    ("St Mary-le-Bow Court", ""),
    ("Løvenborg Way", ""),
    (
        (
            "The Old Road from Nether Marlby to the Ferry Steps at Saltby Quay"
            " by way of the Lower Sluice Gate"
        ),
        "",
    ),
)
"""Accents, apostrophes, hyphens, a second language and a name of a hundred characters."""

HOUSE_NAMES = _words(
    "Rose Cottage|Ivy Cottage|The Old Rectory|The Old Forge|Orchard House|Mill House|Hillcrest|"
    "Fairview|The Willows|The Gables|Sunnyside|Meadow View|Lark Rise|Honeysuckle Cottage|Tŷ Gwyn|"
    "The Coach House|Corner Cottage|Springfield|Woodlands|The Laurels|Windrush|Sea View|Oakdene|"
    "Brambles|Greenacres|The Old School House|Pear Tree Cottage|Wisteria Cottage|Thatchings|"
    "The Granary|Tithe Barn|Keeper's Cottage|Shepherd's Rest|Apple Tree House|Swallows' Nest",
    "|",
)
FARM_NAMES = _words(
    "Manor Farm|Home Farm|Church Farm|Glebe Farm|Hall Farm|Marsh Farm|Lodge Farm|Grange Farm|"
    "Whitehouse Farm|Willow Farm|Poplar Farm|Moat Farm",
    "|",
)
BLOCK_WORDS = _words(
    "Acacia Amelia Beaumont Bellflower Caxton Chaucer Dickens Elgar Fenland Gloucester Hadrian "
    "Keats Lanthorn Mariners Nightingale Orwell Pembroke Regency Sandringham Tennyson Wentworth"
)
BLOCK_KINDS = ("Court", "House", "Lodge", "Mansions")
SHOPS = (
    ("The Corner Café", "CR07"),
    ("Boulangerie Chloë", "CR08"),
    ("Harrowmere Building Society", "CR01"),
    ("Fenning & Daughters Butchers", "CR08"),
    ("O'Shaughnessy's Bar", "CR06"),
    ("The Plough Inn", "CR06"),
    ("Quayside Fish & Chips", "CR10"),
    ("Marsh Lane Dental Practice", "CM02"),
    ("Tern Street Pharmacy", "CR08"),
    ("Green Wheel Cycles", "CR08"),
    ("Second Chapter Books", "CR08"),
    ("Saffron Garden Restaurant", "CR07"),
    ("Bright & Byte Computing", "CO01"),
    ("Lark & Linnet Solicitors", "CO01"),
    ("Express Minicabs", "CO01"),
    ("Velvet Hair Studio", "CR02"),
    ("Northgate Motors MOT Centre", "CI01"),
    ("Sluice Gate Metals", "CI04"),
)
PUBLIC_PLACES = (
    ("Village Hall", "CC04"),
    ("Community Centre", "CC04"),
    ("Recreation Ground", "CL06"),
    ("Football Pitches", "CL06"),
    ("Car Park", "CT03"),
    ("Cemetery", "CC06"),
    ("Allotments", "LA02"),
    ("Land Opposite the Church", "LL00"),
    ("Primary School", "CE03"),
    ("Caravan Site", "CH01"),
)
