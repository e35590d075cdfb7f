namespace ActorTrading.Postgres.Migrations;

/// <summary>The database cannot be brought to what this version needs; the message says which migration and why. Nothing of it was applied.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
