"""Whatever people do, in whatever order homes hear of it: everybody ends with the same, and nothing is lost."""

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cozy.kernel.settings import Settings
from cozy.rooms.files import service as files
from tests.conftest import Clock
from tests.replication.play import DEEDS, Play, played
from tests.replication.town import town_in

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(4))
async def test_a_hundred_deeds_by_lot(tmp_path, seed: int):
    own = Settings(data=str(tmp_path / "data"), versions_apart_s=0, versions_kept=1000)
    async with town_in(own, Clock()) as town:
        await played(town, seed, 50)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_deeds_that_are_chosen_to_break_it(tmp_path_factory, data: st.DataObject):
    async def play() -> None:
        own = Settings(data=str(tmp_path_factory.mktemp("town")), versions_apart_s=0, versions_kept=1000)
        async with town_in(own, Clock()) as town:
            folder = await town.folder("alice", files.ROOT, "Trip")
            people = tuple(town.homes)
            sharing = await town.share_folder(folder.id, *people[1:])
            playing = Play(town, sharing, lambda of: data.draw(st.sampled_from(list(of))), people)
            for deed in data.draw(st.lists(st.sampled_from(DEEDS), max_size=12)):
                await playing.act(deed)
            await playing.check()

    anyio.run(play)
