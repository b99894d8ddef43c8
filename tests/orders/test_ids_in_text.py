"""Finding order IDs in pasted text."""

import time
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.orders.ids import OrderId
from bot.orders.ids_in_text import find_ids_in_file_name, find_order_ids

ELM = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"
OAK = "b81d5e07-2c6f-4e93-8a1b-d04f7c9e3562"
APP = "https://app.autoenhance.ai/orders"
API = "https://api.autoenhance.ai/v3"

ANY_ID = st.from_regex(r"[A-Za-z0-9._~-]{1,128}", fullmatch=True).filter(lambda text: text not in {".", ".."})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ELM, id="bare"),
        pytest.param(f"is {ELM} done?", id="in a sentence"),
        pytest.param(f"*{ELM}*", id="bold"),
        pytest.param(f"_{ELM}_", id="italic"),
        pytest.param(f"~{ELM}~", id="struck"),
        pytest.param(f"*_{ELM}_*.", id="bold italic at the end of a sentence"),
        pytest.param(f"`{ELM}`", id="code"),
        pytest.param(f"```\n{ELM}\n```", id="fenced code"),
        pytest.param(f"“{ELM}”", id="smart quotes"),
        pytest.param(f"«{ELM}»", id="guillemets"),
        pytest.param(f"({ELM})", id="brackets"),
        pytest.param(f"id:{ELM},", id="after a colon"),
        pytest.param(f"done—{ELM}", id="after a dash"),
        pytest.param(f"✅{ELM}🏠", id="between emoji"),
        pytest.param(f":house: {ELM} :+1:", id="between Slack's emoji"),
        pytest.param(f"订单{ELM}好了吗", id="in Chinese, without spaces"),
        pytest.param(f"האם ההזמנה ב-{ELM} מוכנה?", id="right to left"),
        pytest.param(f"\u202b{ELM[:9]}\u200b{ELM[9:]}\u202c\ufeff", id="with invisible characters"),
        pytest.param(f"<@U1|ana> <#C1|general> {ELM} <!date^1^{{date}}|{OAK}>", id="among mentions"),
        pytest.param(f"{APP}/{ELM}", id="web-app link"),
        pytest.param(f"{APP}/{ELM}/?images=3&x=1,2#top", id="link with query and fragment"),
        pytest.param(f"{APP}/{ELM}.", id="link at the end of a sentence"),
        pytest.param(f"see ({APP}/{ELM}), thanks", id="link in brackets"),
        pytest.param(f"_{APP}/{ELM}_", id="italic link"),
        pytest.param(f"app.autoenhance.ai/orders/{ELM}", id="link without a scheme"),
        pytest.param(f"http://eu.app.AutoEnhance.ai:8080/orders/{ELM}", id="other subdomain and port"),
        pytest.param(f"{API}/orders/{ELM}", id="API link"),
        pytest.param(f"{API}/orders/{ELM}/brackets", id="deeper API link"),
        pytest.param(f"<{APP}/{ELM}>", id="Slack's link"),
        pytest.param(f"<{APP}/{ELM}?a=1&amp;b=2|12 Elm Street>", id="Slack's labelled link"),
        pytest.param(f"&lt;{APP}/{ELM}&gt;", id="escaped angle brackets"),
        pytest.param(f"<https://track.example/x|{ELM}>", id="label of a foreign link"),
        pytest.param(f"https://track.example/?to={APP}/{ELM}&amp;x=1", id="link inside a foreign link"),
        pytest.param(f"https://our.tool/orders/{ELM}", id="foreign link to an order"),
        pytest.param(f"{ELM} {ELM.upper()} {APP}/{ELM}", id="thrice, in two spellings"),
        pytest.param(f"elm-{OAK} is not {ELM}", id="beside a longer id"),
        pytest.param(f"{OAK}.jpg is of {ELM}", id="beside a file"),
        pytest.param(f"{OAK}0 is not {ELM}", id="beside too long a run"),
    ],
)
@pytest.mark.parametrize("in_message", [False, True])
def test_a_uuid_is_found_in_every_form(text: str, in_message: bool) -> None:  # noqa: FBT001
    """The order's UUID is found once, and nothing else, however it is written or wrapped."""
    assert find_order_ids(text, in_message=in_message) == (ELM,)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("elm", ["elm"], id="alone, without a digit"),
        pytest.param("*12-elm*?", ["12-elm"], id="dressed"),
        pytest.param("_12-elm_", ["12-elm"], id="italic"),
        pytest.param("`_foo_`", ["_foo_"], id="a code span is literal"),
        pytest.param("`12.`", ["12."], id="a dot in a code span"),
        pytest.param("```\n_a_\n_b_\n```", ["_a_", "_b_"], id="lines of fenced code are literal"),
        pytest.param("“elm”, ‘oak’;ash\nfir", ["elm", "oak", "ash", "fir"], id="a list"),
        pytest.param("elm، oak，ash", ["elm", "oak", "ash"], id="commas of other scripts"),
        pytest.param("1. a1\n2) b\n• c\n- d", ["a1", "b", "c", "d"], id="a numbered and a bulleted list"),
        pytest.param("a1 b2 &amp; 3", ["a1", "b2", "3"], id="tokens with digits"),
        pytest.param(f"12-elm, {OAK}", ["12-elm", OAK], id="a list with a UUID"),
        pytest.param(f"12-elm,{APP}/oak?a=1,2", ["12-elm", "oak"], id="a list with a link"),
        pytest.param("<@U1> 🏠 12-elm :house:", ["12-elm"], id="beside a mention and emoji"),
        pytest.param("<http://elm.house|elm.house>", ["elm.house"], id="taken for a link by Slack"),
        pytest.param(f"look at {APP}/elm, please", ["elm"], id="a link in a sentence"),
        pytest.param(f"look at {APP}/elm.", ["elm"], id="a link at the end of a sentence"),
        pytest.param(f"look at _{APP}/_elm__", ["_elm_"], id="an italic link"),
        pytest.param("https://App.AutoEnhance.AI/orders/a%2Db", ["a-b"], id="encoded, host in capitals"),
        pytest.param("please look at 12-elm", [], id="in a sentence"),
        pytest.param("elm oak", [], id="tokens without digits"),
        pytest.param("12-elm, please look", [], id="a list with a sentence"),
        pytest.param("12-elm.pdf", [], id="a file"),
        pytest.param("#12345", ["12345"], id="a number sign"),
        pytest.param("1\ufe0f\u20e3 a1\n2\ufe0f\u20e3 b2", ["a1", "b2"], id="a list with a phone's numbers"),
        pytest.param("<@U1>", [], id="a mention"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_custom_ids_count_where_only_ids_are_expected(text: str, ids: list[str]) -> None:
    """An ID that is no UUID counts in a link, alone, or in a list of IDs. In a sentence it is a word."""
    assert list(find_order_ids(text)) == ids


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("..", id="two dots"),
        pytest.param("../admin", id="a path"),
        pytest.param("a\0b", id="NUL"),
        pytest.param(f"{APP}/..%2fadmin", id="an encoded path"),
        pytest.param(f"{APP}/%2e%2e", id="encoded dots"),
        pytest.param(f"{APP}/a%00b", id="an encoded NUL"),
        pytest.param(f"{APP}/a%0Ab", id="an encoded newline"),
        pytest.param(f"{APP}/%ff", id="broken encoding"),
        pytest.param(f"{APP}/", id="no id in the link"),
        pytest.param(f"{APP}?q=elm", id="the list of orders"),
        pytest.param(f"{API}/images/{ELM}/enhanced", id="a photo link"),
        pytest.param(f"<{API}/images/{ELM}|{ELM}>", id="Slack's photo link"),
        pytest.param(f"https://example.com/{ELM}", id="a foreign link"),
        pytest.param("https://our.tool/orders/12-elm", id="a custom id on a foreign host"),
        pytest.param("https://evilautoenhance.ai/orders/12-elm", id="a host that ends alike"),
        pytest.param("https://autoenhance.ai.evil.com/orders/12-elm", id="a host that begins alike"),
        pytest.param("https://maps.example/@51.5,-0.12,15z", id="commas in a foreign link"),
        pytest.param(f"see x{ELM} and {ELM}ff", id="parts of longer runs"),
    ],
)
def test_what_is_no_order_is_not_looked_up(text: str) -> None:
    """Paths, links to photos and foreign links give no ID."""
    assert find_order_ids(text) == ()


@pytest.mark.parametrize(
    ("text", "ids"), [("thanks", []), ("thanks, 12-elm", ["12-elm"]), (f"{APP}/elm", ["elm"]), ("2", ["2"])]
)
def test_a_word_in_a_message_is_no_id(text: str, ids: list[str]) -> None:
    """In a message that was not written to the bot, an ID outside a link needs a digit."""
    assert list(find_order_ids(text, in_message=True)) == ids


def test_ids_come_in_order_of_appearance() -> None:
    """IDs come in the order of the text, bare or linked."""
    assert find_order_ids(f"{OAK} then <{APP}/{ELM}|Elm> then {APP}/12-ash and {OAK}") == (OAK, ELM, "12-ash")


@given(ANY_ID)
@example("12.")
def test_every_id_survives_a_link(text: str) -> None:
    """A link that is the whole text gives its ID, whatever the ID ends in."""
    assert find_order_ids(f"{APP}/{quote(text, safe='')}") == (text,)


@given(ANY_ID.filter(lambda text: "`" not in text and any(map(str.isalnum, text))))
def test_every_id_survives_a_code_span(text: str) -> None:
    """Text in a code span is not read as markup."""
    assert find_order_ids(f"`{text}`") == (text,)


@given(st.text() | st.text(alphabet="<>|`*_~ /%.:,-@#!&;\n\0a1é" + ELM), st.booleans())
def test_no_text_is_too_odd(text: str, in_message: bool) -> None:  # noqa: FBT001
    """Any text is read without an error, and all that is found are valid IDs."""
    assert all(OrderId(found) for found in find_order_ids(text, in_message=in_message))


HOSTILE = [
    "<",
    "<|",
    "-",
    "a",
    "abcd-",
    f"{ELM[:24]}",
    "`",
    "``a",
    "a\n`",
    "```a ",
    "_~",
    "(",
    "\n",
    " ",
    "1. ",
]
HOSTILE += [
    ",https://",
    "orders/",
    "autoenhance.ai/",
    "a.",
    "%2",
    ":a",
    "1 ",
    f"{ELM},",
    "&amp;",
    "*_",
    "\u200b",
]
HOSTILE += [
    "https://",
    "%25",
    "%252F",
    "%2525252525",
    "‑",
    "\u00ad",
    "a\n",
    "a \n > ",
    f"{ELM[:9]}\n",
    f"{ELM[:-1]}\n",
    "x/\n",
    f"{ELM}/",
    f"{ELM}.",
    f"{ELM}.A",
    "?u=https%3A%2F%2F",
    "https-3A__",
    "/v3/__https://",
    "/v3/__x__;*",
    "__;",
    "**_",
    "autoenhance.ai//",
    "orders//",
    "orders/é",
    "\\/",
    "\\",
    "/v2/___",
    "/v2/___x___.",
    "u=aHR0c",
    "1\u20e3",
    f"{APP}/{ELM}",
    f"{ELM}https://",
    "%2F3",
    f"%2F{ELM[:9]}\n",
    "\r",
    "a.b?c=",
    "_ ",
    "image_id: ",
    f"image_id: {ELM} ",
    "<tel:1|1>",
    "<https://%2Forders%2F|",
]


@pytest.mark.parametrize("unit", HOSTILE, ids=repr)
@pytest.mark.parametrize("around", ["{}", "{}a", "<https://{}/>"])
def test_the_work_grows_with_the_text_only(unit: str, around: str) -> None:
    """20,000 hostile characters take a moment. Quadratic work on them would take far longer."""
    text = around.format((unit * 20_000)[:20_000])
    began = time.process_time()
    find_order_ids(text)
    find_ids_in_file_name(text)
    assert time.process_time() - began < 2
