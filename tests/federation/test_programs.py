"""rclone, which knows nothing of us, on a folder that a home shares with another server."""

import os
import subprocess
from pathlib import Path

import anyio
import pytest

from cozy.app.configuration import load
from cozy.app.house import home_of, opened, origin_of
from cozy.rooms.auth import service as auth
from cozy.rooms.federation import service
from cozy.rooms.federation.model.addresses import Address
from cozy.rooms.federation.service.discovering import Provider
from cozy.rooms.federation.service.sending import Wish
from cozy.rooms.files import service as files
from cozy.rooms.homes.model import Profile
from tests.dav.program import needs
from tests.dav.test_programs import ODD, held
from tests.homes_apart import OWNER
from tests.program import Cozy, Server

HERE = "127.0.0.1"
_AWAY = Provider(
    "https://cloud.example.org", "https://cloud.example.org/ocm", "", takes_folders=True, is_old=True
)


async def _shared(data) -> str:
    """What opens a folder of a new home, shared with somebody whose server is not asked."""
    settings = load(data=str(data))
    async with opened(settings) as house:
        who = Profile(public_name="Alice", email="alice@example.org")
        home = home_of(settings, await auth.open_home(house, HERE, who, origin_of(settings, HERE)))
        folder = await house.write(home, OWNER, files.create_folder, files.ROOT, "Shared")
        wish, bob = Wish(folder.id, "", may_write=True), Address("bob", _AWAY.server)
        _, secret = await house.write(home, OWNER, service.sending.prepare, wish, bob, _AWAY)
        return secret


def tree(folder: Path) -> None:
    """Some files, odd ones."""
    for name in ODD[::4]:
        (folder / name).mkdir(parents=True)
        (folder / name / f"{name}.txt").write_text(name)
    (folder / "large.bin").write_bytes(os.urandom(3_000_000))
    (folder / "empty.txt").touch()


@pytest.mark.parametrize("way", ["bearer", "name"])
def test_rclone_synchronises_a_folder_that_is_shared(tmp_path, way):
    needs("rclone")
    here, back, data = tmp_path / "here", tmp_path / "back", tmp_path / "data"
    tree(here)
    secret = anyio.run(_shared, data)
    with Server(Cozy(data), tmp_path / "log") as server:
        url = f"http://{HERE}:{server.port}/public.php/webdav/"
        proof = {"BEARER_TOKEN": secret} if way == "bearer" else {"USER": secret}
        env = {
            **os.environ, "RCLONE_CONFIG": str(tmp_path / "rclone.conf"), "RCLONE_CONFIG_HOME_TYPE": "webdav", "RCLONE_CONFIG_HOME_URL": url,
            "RCLONE_CONFIG_HOME_VENDOR": "owncloud", **{f"RCLONE_CONFIG_HOME_{name}": value for name, value in proof.items()},
        }  # fmt: skip

        def rclone(*args: str) -> str:
            done = subprocess.run(
                ["rclone", *args], env=env, capture_output=True, text=True, check=False, timeout=300
            )
            assert done.returncode == 0, done.stderr
            return done.stderr + done.stdout

        rclone("sync", str(here), "home:Tree")
        assert "0 differences found" in rclone("check", str(here), "home:Tree")
        rclone("moveto", "home:Tree/large.bin", "home:Tree/larger.bin")
        rclone("delete", "home:Tree/empty.txt")
        rclone("sync", "home:Tree", str(back))
    (here / "large.bin").rename(here / "larger.bin")
    (here / "empty.txt").unlink()
    assert held(back) == held(here)
