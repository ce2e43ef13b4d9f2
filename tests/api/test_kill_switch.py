"""The kill switch of an account: nothing new while it is engaged, and as before once it is released."""

from tests.api.client import Client
from tests.api.markets import completed, crossover, paper_account, started


async def test_no_run_of_a_killed_account_takes_new_risk(asha: Client, instruments: list[str]) -> None:
    """The run under way refuses by name, another is not started, a backtest is; released, all go on."""
    # given a slow paper run
    account, strategy = await paper_account(asha), await crossover(asha)
    given = {"brokerAccountId": account, "strategyId": strategy}
    run = await started(asha, instruments[0], mode="PAPER", speed="3000", **given)

    # when
    engaged = await asha.do("EngageKillSwitch", brokerAccountId=account)
    again = await asha.do("EngageKillSwitch", brokerAccountId=account)

    # then
    assert engaged["brokerAccount"]["killedAt"] is not None
    assert again == engaged, "once is enough"
    asked = {**given, "instrumentIds": [instruments[0]], "interval": "ONE_MINUTE", "capital": "100000"}
    refusals = await asha.refusals("StartRun", mode="PAPER", **asked)
    assert refusals == [("WRONG_STATUS", "brokerAccountId")]
    await completed(asha, await started(asha, instruments[0], **given))
    await completed(asha, run)
    refused = await asha.ask("RiskEvents", filter={"runId": run})
    assert {each["rule"] for each in refused["nodes"]} == {"kill_switch"}

    # and
    released = await asha.do("ReleaseKillSwitch", brokerAccountId=account)
    assert released["brokerAccount"]["killedAt"] is None
    free = await started(asha, instruments[0], mode="PAPER", **given)
    await completed(asha, free)
    assert (await asha.ask("RiskEvents", filter={"runId": free}))["nodes"] == []
