"""Who takes care of what a notice said. Pure."""

from dataclasses import replace

from bot.watches.models import Claim, ClaimNotice, Watch


def with_claim_on(watch: Watch, channel_id: str, ts: str) -> Watch:
    """The watch, whose notice there says now who is on it."""

    def says(notice: ClaimNotice) -> ClaimNotice:
        here = (notice.channel_id, notice.ts) == (channel_id, ts)
        return replace(notice, taken=watch.claimed_by) if here else notice

    return replace(watch, claim_notices=tuple(map(says, watch.claim_notices)))


def claimed(watch: Watch, by: Claim, *, gives_back: bool) -> Watch:
    """The watch after a click on "I'm on it".

    Nobody gives back what another person has taken over, and the same claim twice is one claim.
    """
    mine = watch.claimed_by is not None and watch.claimed_by.user_id == by.user_id
    if gives_back:
        return replace(watch, claimed_by=None) if mine else watch
    return watch if mine else replace(watch, claimed_by=by)
