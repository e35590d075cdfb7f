using ActorTrading.Domain;

namespace ActorTrading.Grains.Tests.Strategies;

public class RunBookTests
{
    private static readonly DateTimeOffset Bar = new(2025, 1, 6, 0, 0, 0, TimeSpan.Zero);
    private const decimal Max = 50m;
    private static readonly Guid Run = new(1, 2, 3, new byte[8]);

    [Fact]
    public void A_reversal_closes_before_it_opens()
    {
        var book = Opened(Opened(RunBook.Empty, 0.1m), 0.3m);
        var orders = new List<(Side, decimal, bool)>();
        while (book.Next(-0.2m, Bar, Max) is { } order)
        {
            orders.Add((order.Side, order.Volume, order.Closes is not null));
            book = book.Sending(order, Bar).Filled(order.Volume, order.IdFor(Run));
        }

        orders.ShouldBe([(Side.Sell, 0.1m, true), (Side.Sell, 0.3m, true), (Side.Sell, 0.2m, false)]);
        book.Net.ShouldBe(-0.2m);
    }

    [Fact]
    public void Less_of_the_same_closes_a_part_of_the_oldest()
    {
        var book = Opened(RunBook.Empty, 0.3m);
        var order = book.Next(0.2m, Bar, Max)!;
        (order.Side, order.Volume, order.Closes).ShouldBe((Side.Sell, 0.1m, book.Held[0].PositionId));
        book = book.Sending(order, Bar).Filled(0.1m, default);
        book.Net.ShouldBe(0.2m);
        book.Next(0.2m, Bar, Max).ShouldBeNull();
    }

    [Fact]
    public void Nothing_is_done_while_an_outcome_is_unknown()
    {
        var first = RunBook.Empty.Next(0.1m, Bar, Max)!;
        RunBook.Empty.Sending(first, Bar).Next(-0.5m, Bar.AddHours(1), Max).ShouldBe(first);
    }

    [Fact]
    public void What_was_refused_is_missed_until_the_script_lets_go_of_it()
    {
        var order = RunBook.Empty.Next(0.1m, Bar, Max)!;
        var book = RunBook.Empty.Sending(order, Bar).Refused(passing: false);
        book.Wanting(0.1m, Bar).Next(0.1m, Bar, Max).ShouldBeNull();
        book.Wanting(0.3m, Bar).Next(0.3m, Bar, Max)!.Volume.ShouldBe(0.2m, "the entry after it is its own");
        book.Wanting(0, Bar).Wanting(0.1m, Bar).Next(0.1m, Bar, Max)!.Volume.ShouldBe(0.1m, "it was let go of, and wanted anew");
        book.Wanting(-0.1m, Bar).Next(-0.1m, Bar, Max)!.Volume.ShouldBe(0.1m);
    }

    [Fact]
    public void A_close_that_was_refused_is_tried_again_and_one_of_what_is_gone_is_done()
    {
        var book = Opened(RunBook.Empty, 0.1m);
        var order = book.Next(0, Bar, Max)!;
        book.Sending(order, Bar).Refused(passing: false).Next(0, Bar, Max)!.No.ShouldBe(order.No + 1);
        var gone = book.Sending(order, Bar).Gone();
        gone.Net.ShouldBe(0);
        gone.Next(0, Bar, Max).ShouldBeNull();
    }

    [Fact]
    public void An_orders_id_is_a_function_of_run_bar_and_number()
    {
        var order = RunBook.Empty.Next(0.1m, Bar, Max)!;
        order.IdFor(Run).ShouldBe(RunBook.Empty.Next(0.1m, Bar, Max)!.IdFor(Run));
        order.IdFor(Run).ShouldNotBe((order with { No = 2 }).IdFor(Run));
        order.IdFor(Run).ShouldNotBe((order with { BarTime = Bar.AddHours(1) }).IdFor(Run));
    }

    private static RunBook Opened(RunBook book, decimal more)
    {
        var order = book.Next(book.Net + more, Bar, Max)!;
        return book.Sending(order, Bar).Filled(order.Volume, order.IdFor(Run));
    }
}
