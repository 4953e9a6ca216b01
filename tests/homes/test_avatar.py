"""The portrait of the owner: the picture they chose, else what apps ask for in its place."""

import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from cozy.ui import avatars
from tests.auth.conftest import TOKEN

AVATAR = "/public/avatar"


def painted(colour="red", size=(900, 700), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def pixel(picture, x, y):
    """Red, green, blue and opacity."""
    return tuple(picture.convert("RGBA").crop((x, y, x + 1, y + 1)).tobytes())


@pytest.fixture
async def app(acting):
    return await acting("app", "settings", "io.cozy.settings")


async def test_a_chosen_picture_is_shown_to_everybody_small(app, anonymous):
    assert (await app.put("/settings/avatar", content=painted())).status_code == 204
    answer = await anonymous.get(AVATAR, params={"fallback": "404"})
    assert answer.status_code == 200
    picture = Image.open(io.BytesIO(answer.content))
    assert max(picture.size) == 512
    assert pixel(picture, 10, 10)[0] > 200
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_what_a_browser_has_already_is_not_sent_again(app, anonymous):
    await app.put("/settings/avatar", content=painted())
    etag = (await anonymous.get(AVATAR)).headers["etag"]
    again = await anonymous.get(AVATAR, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    await app.put("/settings/avatar", content=painted("blue"))
    assert (await anonymous.get(AVATAR, headers={"if-none-match": etag})).status_code == 200


async def test_a_picture_can_be_taken_away_again(app, anonymous):
    await app.put("/settings/avatar", content=painted())
    assert (await app.delete("/settings/avatar")).status_code == 204
    assert (await anonymous.get(AVATAR, params={"fallback": "404"})).status_code == 404


@pytest.mark.parametrize(
    "sent", [b"", b"fake image content", b"<svg xmlns='http://www.w3.org/2000/svg'/>", painted()[:40]]
)
async def test_what_is_no_picture_is_refused(app, anonymous, sent):
    assert (await app.put("/settings/avatar", content=sent)).status_code == 422
    assert (await anonymous.get(AVATAR, params={"fallback": "404"})).status_code == 404


async def test_a_picture_that_is_too_large_is_refused(app):
    assert (await app.put("/settings/avatar", content=bytes(20_000_001))).status_code == 413


@pytest.mark.parametrize("scope", ["io.cozy.settings:GET", "io.cozy.settings:PUT:io.cozy.settings.instance"])
async def test_who_may_not_change_every_setting_changes_no_picture(acting, scope):
    app = await acting("app", "notes", scope)
    assert (await app.put("/settings/avatar", content=painted())).status_code == 403
    assert (await app.delete("/settings/avatar")).status_code == 403


@pytest.mark.parametrize("params", [{}, {"fallback": "default"}, {"fallback": ""}])
async def test_in_its_place_there_is_a_picture_by_default(anonymous, params):
    answer = await anonymous.get(AVATAR, params=params)
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (192, 192)


async def test_initials_are_drawn(anonymous):
    answer = await anonymous.get(AVATAR, params={"fallback": "initials"})
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "".join(ET.fromstring(answer.content).itertext()) == "A"


async def test_initials_are_a_png_for_who_wants_one(anonymous):
    answer = await anonymous.get(AVATAR, params={"fallback": "initials", "format": "PNG"})
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (128, 128)
    assert (pixel(picture, 0, 0)[3], pixel(picture, 64, 20)[3]) == (0, 255)


async def test_somebody_without_a_name_is_the_shape_of_a_person(anonymous):
    answer = await anonymous.get(AVATAR, params={"fallback": "anonymous"})
    root = ET.fromstring(answer.content)
    assert "".join(root.itertext()) == ""
    assert [child.tag.rpartition("}")[2] for child in root[0]] == ["circle", "path"]


async def test_effects_are_drawn(anonymous):
    plain = (await anonymous.get(AVATAR, params={"fallback": "initials"})).text
    grey = (await anonymous.get(AVATAR, params={"fallback": "initials", "as": "unconfirmed"})).text
    faint = (await anonymous.get(AVATAR, params={"fallback": "initials", "fx": "translucent"})).text
    font = (await anonymous.get(AVATAR, params={"fallback": "initials", "q": "high"})).text
    assert avatars.GREY in grey
    assert avatars.GREY not in plain
    assert 'opacity="0.5"' in faint
    assert "data:font/woff2;base64," in font
    assert len(plain) < 1000


@pytest.mark.parametrize(
    "params",
    [{"fallback": "mustache"}, {"fallback": "initials", "format": "gif"}, {"fx": "blur"}, {"as": "admin"}],
)
async def test_a_portrait_that_nobody_knows_is_refused(anonymous, params):
    assert (await anonymous.get(AVATAR, params=params)).status_code == 400


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Alice", "A"), ("alice martin", "AM"), ("Jean de La Fontaine", "JF"), ("Élodie Œuvrard", "ÉŒ"), ("", ""),
     ("  ", ""), ("42", ""), ("R2 D2", "RD"), ("李 小龙", "李小"), ("<b> &", "")],
)  # fmt: skip
def test_initials_are_those_of_the_first_and_the_last_word(name, letters):
    assert avatars.initials(name) == letters


def test_a_name_does_not_get_out_of_the_drawing():
    for name in ("<script>", "ﬁ & co", "ß x"):
        ET.fromstring(avatars.svg(name))


def test_a_png_of_letters_that_the_font_lacks_is_the_shape_of_a_person():
    plain = avatars.png("", is_grey=True)
    assert avatars.png("李 小龙", is_grey=True) == plain
    assert avatars.png("Alice", is_grey=True) != plain


@pytest.mark.parametrize("colour", [*avatars.COLOURS, avatars.GREY])
def test_white_letters_stand_out(colour):
    def linear(part):
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


class TestOnThePageOfTheProfile:
    """The owner chooses a portrait there."""

    url = "/my/settings/portrait"

    async def sent(self, owner, data):
        token = TOKEN.search((await owner.get("/my/settings")).text)
        assert token is not None
        return await owner.post(
            self.url, data={"csrf_token": token[1]}, files={"picture": ("me.png", data, "image/png")}
        )

    async def test_a_picture_is_chosen_and_taken_away_again(self, owner):
        assert f"{self.url}/none" not in (await owner.get("/my/settings")).text
        assert (await self.sent(owner, painted())).headers["location"] == "/my/settings"
        assert (await owner.get(AVATAR)).headers["content-type"] == "image/webp"
        done = await owner.submit(f"{self.url}/none", page="/my/settings")
        assert done.status_code == 303
        assert (await owner.get(AVATAR)).headers["content-type"] == "image/png"

    @pytest.mark.parametrize("data", [b"not a picture", b""])
    async def test_what_is_no_picture_is_refused(self, owner, data):
        answer = await self.sent(owner, data)
        assert answer.status_code == 422
        assert "This picture cannot be used" in answer.text
