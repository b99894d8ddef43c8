"""What people really paste: links inside links, careless copies, and UUIDs that name no order."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from bot.orders.ids_in_text import find_ids_in_file_name, find_mentioned_ids, find_order_ids

U = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"
V = "5f0e7c52-9c1b-4a61-8f7e-2d90b3a6c418"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
ORDER = f"https://app.autoenhance.ai/orders/{U}"
CUSTOM = "https://app.autoenhance.ai/orders/12-elm"
PHOTO = f"https://api.autoenhance.ai/v3/images/{U}/enhanced"
# The end of a SafeLink: the receiver's address, two UUIDs of Microsoft, a time and a signature.
DATA = f"data={quote(f'05|02|ana@studio.example|{V}|{TENANT}|0|0|638|Unknown|TWFpbGZsb3d8=', safe='')}"


def safe(link: str, host: str = "nam02.safelinks.protection.outlook.com") -> str:
    return f"https://{host}/?url={quote(link, safe='')}&{DATA}&sdata=a%2Fb%3D&reserved=0"


def proofpoint2(link: str, *, hyphens: bool = False) -> str:
    """As Proofpoint writes it: `-` for `%`, `_` for `/`. Some copies keep the hyphens of a UUID."""
    kept = link if hyphens else link.replace("-", "%2D")
    coded = quote(kept.replace("_", "%5F"), safe="/%-").replace("%", "-").replace("/", "_")
    return f"https://urldefense.proofpoint.com/v2/url?u={coded}&d=DwMFaQ&c=euGZstcaTDllvimEN8b7&e="


def proofpoint3(link: str, *, replaced: str = "", host: str = "urldefense.com") -> str:
    """As Proofpoint writes it: `*` or `**X` for the characters that it lists at the end, in base64."""
    listed = urlsafe_b64encode(replaced.encode()).decode().rstrip("=")
    return f"https://{host}/v3/__{link}__;{listed}!!HXCxUKc!gS3R-{TENANT}$"


def slack(link: str, label: str = "") -> str:
    """The link as Slack sends it."""
    escaped = link.replace("&", "&amp;")
    return f"<{escaped}|{label}>" if label else f"<{escaped}>"


def check_point(link: str) -> str:
    return f"https://url.avanan.click/v2/r01/___{link}___.YXAxZTpjbGllbnQ6{TENANT}"


def sophos(link: str) -> str:
    coded = b64encode(link.encode()).decode()
    return f"https://us-west-2.protection.sophos.com/?d=autoenhance.ai&u={coded}&i=NWU&h={TENANT}"


def encoded(link: str, times: int = 1) -> str:
    for _ in range(times):
        link = quote(link, safe="")
    return link


TEAMS = "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/2/atp-safelinks.html"
GOOGLE, REDIR = "https://www.google.com/url", "https://slack-redir.net/link"
WRAPPED = {
    "SafeLinks, as should_escape sends it": slack(safe(ORDER)),
    "SafeLinks, typed": safe(ORDER),
    "SafeLinks of Europe": safe(ORDER, "eur01.safelinks.protection.outlook.com"),
    "SafeLinks of the US government": safe(ORDER, "gcc02.safelinks.protection.outlook.com"),
    "SafeLinks of Office 365's own cloud": safe(ORDER, "usg01.safelinks.protection.office365.us"),
    "SafeLinks with the UUIDs first": f"https://eur01.safelinks.protection.outlook.com/?{DATA}&url={encoded(ORDER)}",
    "SafeLinks with a query of ours": safe(f"{ORDER}?images=3&x=1#top"),
    "SafeLinks in capitals": safe(ORDER).replace("%2F", "%2f").replace("url=https%3A", "URL=https%3a"),
    "SafeLinks, encoded twice": safe(encoded(ORDER)),
    "SafeLinks with words for a label": slack(safe(ORDER), "View order"),
    "SafeLinks with the order's link for a label": slack(safe(ORDER), ORDER),
    "SafeLinks with a soiled tail": safe(ORDER + "%20"),
    "Teams": f"{TEAMS}?url={encoded(ORDER)}&locale=en-us&dest=https%3A%2F%2Fteams.microsoft.com%2F{TENANT}",
    "Teams around SafeLinks": f"{TEAMS}?url={encoded(safe(ORDER))}&locale=en-us",
    "Proofpoint v1": f"https://urldefense.proofpoint.com/v1/url?u={ORDER}&k=abc%3D%0A&s={TENANT}",
    "Proofpoint v2": proofpoint2(ORDER),
    "Proofpoint v2, hyphens kept": proofpoint2(ORDER, hyphens=True),
    "Proofpoint v2 with a query": proofpoint2(f"{ORDER}?tab=photos&x=1"),
    "Proofpoint v2 around SafeLinks": proofpoint2(safe(ORDER)),
    "Proofpoint v3": slack(f"https://urldefense.com/v3/__{ORDER}__;!!HXCxUKc!gS3R$"),
    "Proofpoint v3 of the US government": proofpoint3(ORDER, host="urldefense.us"),
    "Proofpoint v3 with one slash": proofpoint3(ORDER.replace("https://", "https:/")),
    "Proofpoint v3, a character replaced": proofpoint3(f"{ORDER}?a=*&b=1", replaced="|"),
    "Proofpoint v3, the path replaced": proofpoint3(
        f"https://app.autoenhance.ai/**Aorders/{U.replace('-', '*')}", replaced="#/‑‑‑‑"
    ),
    "Proofpoint v3, odd dashes replaced": proofpoint3(ORDER.replace("-", "*"), replaced="‑‑‑‑"),
    "Proofpoint v3 with broken base64": f"https://urldefense.com/v3/__{ORDER}?a=*__;\u00e9!!x!y$",
    "Proofpoint v3 around Proofpoint v3": proofpoint3(proofpoint3(ORDER)),
    "Proofpoint v3, cut": f"https://urldefense.com/v3/__{ORDER}__",
    "Google": f"{GOOGLE}?q={ORDER}&sa=D&source=editors&usg=AOvVaw",
    "Google, encoded": f"{GOOGLE}?sa=t&url={encoded(ORDER)}&usg=AOvVaw",
    "Slack's redirect": f"{REDIR}?url={encoded(ORDER)}&v=3",
    "Facebook's redirect": f"https://l.facebook.com/l.php?u={encoded(ORDER)}%3Ffbclid%3DIwAR&h=AT0",
    "Cisco, in the path": f"https://secure-web.cisco.com/1abc/{encoded(ORDER)}",
    "Barracuda": f"https://linkprotect.cudasvc.com/url?a={encoded(ORDER).replace('%2F', '%2f')}&c=E,1,x",
    "Check Point": check_point(ORDER),
    "Check Point around SafeLinks": check_point(safe(ORDER)),
    "Sophos": sophos(ORDER),
    "Sophos, padded": sophos(f"{ORDER}?a"),
    "Sophos, encoded": sophos(f"{ORDER}?a").replace("=&i", "%3D&i"),
    "SafeLinks, broken over a line": safe(ORDER).replace(U, f"{U[:20]}\n{U[20:]}"),
    "in a fragment": f"https://tool.example/#!/go?to={encoded(ORDER)}",
    "all encoded": encoded(ORDER),
    "all encoded, thrice": encoded(ORDER, 3),
    "all encoded, with a query": encoded(f"{ORDER}?tab=photos"),
    "SafeLinks, all encoded": encoded(safe(ORDER)),
    "six deep": safe(proofpoint2(f"{GOOGLE}?q={encoded(f'{REDIR}?url={encoded(safe(safe(ORDER)))}')}")),
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED.keys())
@pytest.mark.parametrize("sentence", ["{}", "is {} done?", "see ({}), thanks"])
def test_a_link_inside_links_names_its_order(text: str, sentence: str) -> None:
    """The order is found, and none of the UUIDs that the outer links have of their own."""
    written = sentence.format(text)

    assert find_order_ids(written) == find_order_ids(written, in_message=True) == (U,)
    assert find_mentioned_ids(written) == (U,)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(safe(CUSTOM), id="SafeLinks"),
        pytest.param(proofpoint2(CUSTOM), id="Proofpoint v2"),
        pytest.param(proofpoint3(CUSTOM), id="Proofpoint v3"),
        pytest.param(check_point(CUSTOM), id="Check Point"),
        pytest.param(sophos(CUSTOM), id="Sophos"),
        pytest.param(f"{CUSTOM}，好了吗", id="a Chinese comma and no space"),
        pytest.param(f"请看{CUSTOM}。谢谢", id="a Chinese full stop"),
        pytest.param(f"{CUSTOM}です", id="Japanese behind it"),
        pytest.param(f"{CUSTOM}는 됐나요?", id="Korean behind it"),
        pytest.param(f"{CUSTOM}👍", id="an emoji"),
        pytest.param(f"[12 Elm]({CUSTOM})", id="Markdown, a number in its label"),
        pytest.param(f"[12 Elm|{CUSTOM}]", id="a wiki's link, a number in its label"),
        pytest.param(CUSTOM.replace("/", "\\/"), id="JSON, with slashes as PHP writes them"),
        pytest.param(f"{GOOGLE}?q={CUSTOM}&sa=D", id="Google"),
        pytest.param(encoded(CUSTOM, 2), id="all encoded"),
        pytest.param(f"{CUSTOM}%20", id="an encoded space"),
        pytest.param(f"{CUSTOM}%0A", id="an encoded line break"),
        pytest.param(f"{CUSTOM}%2F", id="an encoded slash"),
        pytest.param(f"{CUSTOM}%3Ftab%3Dphotos", id="an encoded query"),
        pytest.param(f"{CUSTOM}$", id="a dollar"),
        pytest.param(CUSTOM.replace("/orders", "//orders"), id="two slashes after the host"),
        pytest.param(f"_View order → {CUSTOM}_", id="an italic sentence"),
        pytest.param(f"*_View order → {CUSTOM}_*", id="a bold italic sentence"),
        pytest.param(CUSTOM.replace("-", "‑"), id="a non-breaking hyphen"),
        pytest.param("12‑elm", id="a non-breaking hyphen, bare"),
        pytest.param("12-elm%20", id="an encoded space, bare"),
        pytest.param("12-elm/", id="a slash after it"),
        pytest.param("/12-elm", id="a slash before it"),
    ],
)
def test_a_custom_id_is_found_like_a_uuid(text: str) -> None:
    """An ID of the customer's own is read from the same links, with the same dirt behind it."""
    assert find_order_ids(text) == ("12-elm",)


SOILED = {
    "an italic sentence": f"_View order → {ORDER}_",
    "an encoded space": f"{ORDER}%20",
    "an encoded space, twice": f"{ORDER}%2520",
    "an encoded line break": f"{ORDER}%0A",
    "an encoded slash": f"{ORDER}%2F",
    "an encoded query": f"{ORDER}%3Ftab%3Dphotos",
    "an encoded quote": f"{ORDER}%22",
    "an encoded bracket": f"{ORDER}%3E",
    **{f"a {sign}": f"{ORDER}{sign}" for sign in "=\\^+$@_~-"},
    **{f"a bare {sign}": f"{U}{sign}" for sign in "=\\^+$@_~-/|"},
    "two slashes": f"https://app.autoenhance.ai/orders//{U}",
    "two slashes after the host": f"https://app.autoenhance.ai//orders/{U}",
    "an encoded space before it": f"https://app.autoenhance.ai/orders/%20{U}",
    "an encoded slash before it": f"https://app.autoenhance.ai/orders/%2F{U}",
    "a slash before": f"/{U}",
    "a slash before and after": f"/{U}/",
    "an encoded space, bare": f"{U}%20",
    "an encoded line break, bare": f"{U}%0A",
    "an encoded query, bare": f"{U}%3Ftab%3Dphotos",
    "no space after the full stop": f"please check {U}.Thanks",
    "no space after the full stop, in small letters": f"please check {U}.thanks",
    "a short sentence behind": f"please check {U}.Is it done?",
    "I behind": f"please check {U}.I need it",
    "no space after the full stop of a link": f"please check {ORDER}.Thanks",
    "no space after other marks": f"please check {U}!Thanks",
    "broken after a hyphen": f"{U[:19]}\n{U[19:]}",
    "broken before a hyphen": f"{U[:18]}\n{U[18:]}",
    "broken within a group": f"{U[:28]}\r\n  {U[28:]}",
    **{f"broken by {mark!a}": f"{U[:19]}{mark}{U[19:]}" for mark in "\r\v\f\x85\u2028\u2029"},
    "broken twice": f"{U[:9]}\n{U[9:20]}\n{U[20:]}",
    "broken in a quotation": f"&gt; is {U[:14]}\n&gt; {U[14:]} done",
    "broken in a quoted-printable mail": f"{U[:30]}=\r\n{U[30:]}",
    "broken in a link": f"https://app.autoenhance.ai/orders/{U[:14]}\n{U[14:]}",
    "broken before it, in a link": f"https://app.autoenhance.ai/orders/\n{U}",
    "broken in an encoded link": f"https://app.autoenhance.ai/orders/{U[:14]}%0D%0A{U[14:]}",
    "a dash of each kind": f"{U[:8]}‐{U[9:13]}–{U[14:18]}−{U[19:23]}\u00ad{U[24:]}",
    "soft hyphens within": f"{U[:4]}\u00ad{U[4:30]}\u00ad{U[30:]}",
    "a soft hyphen after a hyphen": f"{U[:9]}\u00ad{U[9:]}",
    "thanks behind a comma": f"{U}, thanks",
    "a mail": f"Hi,\n{U}\nThanks,\nAna",
    "a name before it": f"Ana,{U}",
    "a row of a sheet": f"12 Elm\t{U}\tready",
    "a row of a CSV file": f'"12 Elm","{U}","ready"',
    "a CSV file": f"Order,Status\n{U},ready",
    "a row with bars": f"|12 Elm|{U}|ready|",
    "JSON": f'{{"order_id": "{U}", "image_id": "{V}", "user_id":"{TENANT}"}}',
    "JSON with escaped slashes": json.dumps({"url": ORDER}).replace("/", "\\/"),
    "JSON with encoded slashes": json.dumps({"url": ORDER}).replace("/", "\\u002F"),
    "JSON of a webhook, without spaces": f'{{"event":"image_processed","image_id":"{V}","order_id":"{U}"}}',
    "identifiers of a support ticket": f"Request ID: {V}\nCorrelation Id: {TENANT}\nOrder ID: {U}",
    "JSON of a webhook, escaped": f'{{\\"image_id\\":\\"{V}\\",\\"order_id\\":\\"{U}\\"}}',
    "YAML": f"image_id: {V}\norder_id: {U}",
    "camel case": f"orderId={U} imageId={V} presetID={TENANT}",
    "a query": f"order_id={U}&image_id={V}",
    "words": f"Order ID: {U}, photo ID: {V}".replace("photo ID", "photo id"),
}


@pytest.mark.parametrize("text", SOILED.values(), ids=SOILED.keys())
@pytest.mark.parametrize("in_message", [False, True])
def test_a_careless_copy_is_read(text: str, in_message: bool) -> None:  # noqa: FBT001
    """The one order that is meant is found, whatever stuck to its ID when it was copied."""
    assert find_order_ids(text, in_message=in_message) == (U,)


@pytest.mark.parametrize("dash", list("\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"))
@pytest.mark.parametrize("text", ["{}", ORDER.replace(U, "{}"), "is {} done?"])
def test_every_dash_is_a_hyphen_in_a_uuid(dash: str, text: str) -> None:
    """Word processors and phones replace hyphens. A UUID with other dashes is the same UUID."""
    assert find_order_ids(text.format(U.replace("-", dash))) == (U,)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("<tel:12345678|12345678>", ["12345678"], id="a number"),
        pytest.param("<tel:12345678>", ["12345678"], id="a number without a label"),
        pytest.param("look at <tel:12345678|12345678>", [], id="a number in a sentence"),
        pytest.param("<tel:+491711234567|+49 171 1234567>", [], id="a phone"),
        pytest.param(f"<mailto:{U}@mail.example|{U}@mail.example>", [], id="an address"),
        pytest.param("<mailto:ana@x.example|12-elm>", ["12-elm"], id="the label of an address"),
        pytest.param(f"{U}/{V}", [U, V], id="two joined by a slash"),
        pytest.param(f"{ORDER}{ORDER.replace(U, V)}", [U, V], id="two links with nothing between"),
        pytest.param(f"12 Elm;{U};done\n9 Birch;{V};open", [U, V], id="rows of a CSV file"),
        pytest.param(f"({U}/{V}/)", [U, V], id="two joined by a slash, in brackets"),
        pytest.param(f"{ORDER},{ORDER.replace(U, V)}", [U, V], id="two links joined by a comma"),
        pytest.param(f"{safe(ORDER)} {V}", [U, V], id="a link in a link, and a bare one"),
        pytest.param(f"{U}\n{V}", [U, V], id="two on two lines"),
        pytest.param(f"{U}–{V}", [U, V], id="two with a dash between"),
        pytest.param(f"order,image\n{U} {V.upper()} {U.upper()}", [U, V], id="capitals"),
    ],
)
def test_other_dresses(text: str, ids: list[str]) -> None:
    """What Slack makes of a number, and several orders in one word."""
    assert list(find_order_ids(text)) == ids


NO_ORDER = {
    "a photo link inside SafeLinks": slack(safe(PHOTO)),
    "a photo link inside SafeLinks, labelled": slack(safe(PHOTO), U),
    "a photo link inside Proofpoint v2": proofpoint2(PHOTO),
    "a photo link inside Proofpoint v3": proofpoint3(PHOTO),
    "a photo link inside Check Point": check_point(PHOTO),
    "a photo link inside Sophos": sophos(PHOTO),
    "an order's link that was cut": f"https://app.autoenhance.ai/orders/{U[:13]}…",
    "a download": f"{U}.zip",
    "a photo link, encoded": encoded(PHOTO, 2),
    "a photo link, broken": f"https://api.autoenhance.ai/v3/images/\n{U}",
    "a photo link, broken in the middle": f"https://api.autoenhance.ai/v3/images/{U[:14]}\n{U[14:]}",
    "a foreign link inside SafeLinks": safe(f"https://example.com/{U}"),
    "a foreign link": f"https://example.com/{U}",
    "a foreign link without a scheme": f"example.com/{U}",
    "a foreign link, encoded": encoded(f"https://example.com/{U}"),
    "a foreign link with a query": f"https://example.com/?id={U}",
    "a foreign link with an encoded query": f"https://example.com/?id={U}%2F",
    "a foreign link with a query only": f"example.com?id={U}",
    "the same, as Slack links it": f"<http://example.com?id={U}|example.com?id={U}>",
    "a part of a path": f"photos/{U}/cover",
    "two parts of a path": f"{U}/{V}.jpg",
    "a file": f"look at {U}.jpg",
    "a file alone": f"{U}.jpg",
    "a file with another ID": "12-elm.jpg",
    "several files": f"{U}.jpg, {V}.PNG",
    "a second download of a file": f"look at {U} (1).jpg",
    "a file in capitals": f"look at {U}.JPG",
    "a file with a capital": f"look at {U}.Jpg",
    "a download that is not done": f"look at {U}.crdownload",
    "a file with two endings": f"look at {U}.tar.gz",
    "a file with a number": f"look at {U}_1.jpg",
    "a large icon": f"look at {U}@2x.png",
    "a host": f"see {U}.example.com today",
    "an address": f"from {U}@mail.example today",
    "another ID, with a dash": f"is {U}-2 done",
    "another ID, with a dot": f"is {U}.2 done",
    "an image only, in JSON": f'{{"event": "image_processed", "image_id": "{U}"}}',
    "SafeLinks to nothing": f"https://nam02.safelinks.protection.outlook.com/?url=&{DATA}",
    "another custom ID behind an encoded slash": "https://app.autoenhance.ai/orders/a%2Fb",
    "eleven deep": f"{GOOGLE}?q={encoded(ORDER, 12)}",
}


@pytest.mark.parametrize("text", NO_ORDER.values(), ids=NO_ORDER.keys())
def test_what_names_something_else_is_no_order(text: str) -> None:
    """Photo links, foreign links, names of files and longer IDs give no order, however they are wrapped."""
    assert find_order_ids(text) == find_order_ids(text, in_message=True) == ()


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        (f"order-{U}.pdf", [U]),
        (f"order_{U.upper()}_final.xlsx", [U]),
        (f"FW: order {U} is ready", [U]),
        (f"FW: {ORDER}", [U]),
        (f"{U}.jpg", []),
        (f"kitchen-{U}.HEIC", []),
        (f"https://example.com/{U}.pdf", []),
        (f"{U}0.pdf", []),
        ("12-elm", []),
    ],
)
def test_a_file_is_named_after_its_order(name: str, ids: list[str]) -> None:
    """A UUID in a file's name is an order's, except in the name of a picture: there it is the photo's."""
    assert list(find_ids_in_file_name(name)) == ids
