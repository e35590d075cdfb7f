namespace Orleans.Embedded.Tests.Surface;

/// <summary>
/// Types that Orleans declares in assemblies other than Orleans.Core.Abstractions. Their packages do not restore from
/// every package source, so they cannot be compared by a test; they were written from Orleans's published reference.
/// </summary>
internal static class Elsewhere
{
    internal static readonly string[] Types =
    [
        // Orleans.Serialization.Abstractions
        "Orleans.AliasAttribute",
        "Orleans.GenerateFieldIds",
        "Orleans.GenerateSerializerAttribute",
        "Orleans.GeneratedActivatorConstructorAttribute",
        "Orleans.IConverter`2",
        "Orleans.IdAttribute",
        "Orleans.ImmutableAttribute",
        "Orleans.RegisterConverterAttribute",
        "Orleans.ResponseTimeoutAttribute",
        // Orleans.Serialization
        "Orleans.Serialization.Invocation.IInvokable",
        // Orleans.Core
        "Orleans.CollectionAgeLimitAttribute",
        "Orleans.IClusterClient",
        "Orleans.IGrainState`1",
        "Orleans.KeepAliveAttribute",
        "Orleans.ServiceLifecycleStage",
        "Orleans.Storage.IGrainStorage",
        "Orleans.Storage.InconsistentStateException",
        "Orleans.Utilities.ObserverManager`1",
        "Orleans.Utilities.ObserverManager`2",
        // Orleans.Runtime
        "Orleans.IFacetMetadata",
        "Orleans.Runtime.IPersistentStateConfiguration",
        "Orleans.Runtime.IPersistentState`1",
        "Orleans.Runtime.ISiloLifecycle",
        "Orleans.Runtime.IStartupTask",
        "Orleans.Runtime.PersistentStateAttribute",
        // Orleans.Reminders
        "Orleans.GrainReminderExtensions",
        "Orleans.IRemindable",
        "Orleans.Runtime.IGrainReminder",
        "Orleans.Runtime.ReminderException",
        "Orleans.Runtime.TickStatus",
        // Orleans.Streaming
        "Orleans.ClientStreamingExtensions",
        "Orleans.GrainStreamingExtensions",
        "Orleans.ImplicitStreamSubscriptionAttribute",
        "Orleans.Runtime.StreamId",
        "Orleans.Streams.AsyncObservableExtensions",
        "Orleans.Streams.DataNotAvailableException",
        "Orleans.Streams.IAsyncBatchProducer`1",
        "Orleans.Streams.IAsyncObservable`1",
        "Orleans.Streams.IAsyncObserver`1",
        "Orleans.Streams.IAsyncStream",
        "Orleans.Streams.IAsyncStream`1",
        "Orleans.Streams.IStreamProvider",
        "Orleans.Streams.StreamProviderExtensions",
        "Orleans.Streams.StreamSequenceToken",
        "Orleans.Streams.StreamSubscriptionHandleExtensions",
        "Orleans.Streams.StreamSubscriptionHandle`1",
    ];
}
