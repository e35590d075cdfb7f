namespace ActorTrading.Mt5.Simulator;

internal static class Help
{
    public const string Text = """
        A MetaTrader 5 terminal with the MQL5-JSON-API EA, its broker and its market, simulated over real ZeroMQ sockets.

        Account     --port-base 15555        first of four ports: requests, answers, ticks, trade events
                    --host 127.0.0.1         interface to listen on (there is neither password nor encryption)
                    --login 1  --accounts 1  several accounts in one process: logins and ports follow on, 10 ports apart
                    --mode hedging|netting  --balance 100000  --currency USD  --leverage 100
                    --state <folder>         keep the accounts over restarts, with an audit of every request
        Market      --symbols EURUSD,...     ten symbols by default
                    --rate 20                generated quotes a second and symbol
                    --seed 1                 of the market and of the dice below
                    --replay <csv or zip>    recorded ticks (ms_since_midnight,bid,ask) instead of a generated market
                    --replay-symbol --replay-date yyyy-MM-dd --replay-utc-offset -05:00   where the file's name does not tell
                    --speed 1x|10x|max       of the replay
                    --lossless               wait for the client instead of dropping ticks
                    --wait                   begin when a client subscribes
                    --stamp-now              give replayed ticks the time of now
                    --sessions               keep the symbols' trading hours (default: always open)
        Broker      --slippage <points>  --commission <per lot and side>  --stops-level <points>  --freeze-level <points>
                    --latency-ms 0           time that a trade takes
                    --reject-rate --requote-rate --partial-rate     shares of trades, 0 to 1
                    --silence-rate           done, but never answered
                    --disconnect-rate        done, then the connection is cut
        Defects     --defect N, --no-defect N    the EA's defects by their number in docs/mt5.md; on by default: 2 3 4 7 9 10 13
        Other       --quiet  --help
        """;
}
