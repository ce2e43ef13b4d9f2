"""The rule for the browser tests themselves: they may be absent at a desk, never in CI."""

from pathlib import Path

import pytest

from tests.e2e.chromium import find_chromium
from tests.e2e.conftest import missing


def test_a_missing_browser_skips_at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The advice is the reason shown."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="what to do"):
        missing("what to do")


def test_a_missing_browser_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite that skips them all would look green for ever."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="what to do"):
        missing("what to do")


def test_the_named_browser_is_taken_before_the_one_on_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """$CHROMIUM first, then PATH; and where neither has one and nothing can be installed, none."""
    # given a PATH of one folder, without apt
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert find_chromium() is None
    # when a browser is on it, and then another is named
    found = tmp_path / "google-chrome"
    found.touch(mode=0o755)
    assert find_chromium() == found
    monkeypatch.setenv("CHROMIUM", "/opt/named")
    # then the named one wins
    assert find_chromium() == Path("/opt/named")
