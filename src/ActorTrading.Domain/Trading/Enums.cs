namespace ActorTrading.Domain;

public enum Side { Buy, Sell }

public enum OrderType { Market, Limit, Stop, StopLimit }

/// <summary>What happens to the part of an order that cannot be filled at once; MetaTrader 5's ORDER_FILLING_*.</summary>
public enum FillPolicy { FillOrKill, ImmediateOrCancel, Return }

/// <summary>How long a pending order stands; MetaTrader 5's ORDER_TIME_*.</summary>
public enum TimeInForce { GoodTillCancelled, Day, Specified, SpecifiedDay }

/// <summary>
/// <see cref="Submitted"/>: durable here, its outcome at the broker not yet known. <see cref="Placed"/>: resting.
/// The last four are final.
/// </summary>
public enum OrderStatus { Submitted, Placed, PartiallyFilled, Filled, Cancelled, Expired, Rejected }

public enum PositionMode { Hedging, Netting }

public enum AccountKind { Paper, Mt5, Oanda }

/// <summary>What a deal did to its position; MetaTrader 5's DEAL_ENTRY_*.</summary>
public enum DealEntry { In, Out, InOut, OutBy }

/// <summary>Why a deal, a close or a cancellation happened.</summary>
public enum DealReason { Client, StopLoss, TakeProfit, TrailingStop, StopOut, Pending, Copy, Strategy, Broker, Rollover }

public enum BalanceReason { Deposit, Withdrawal, Credit, Correction, Commission, Fee, Reconciliation }
