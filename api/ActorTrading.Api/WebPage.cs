using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;

namespace ActorTrading.Api;

/// <summary>The live screen at <c>/</c>, from the files of <c>Web/</c> that lie beside the program.</summary>
internal static class WebPage
{
    public static IApplicationBuilder UseWebPage(this IApplicationBuilder app)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "web");
        if (!Directory.Exists(folder))
            return app;
        var files = new PhysicalFileProvider(folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        return app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = static context => context.Context.Response.Headers.CacheControl = "no-cache",
        });
    }
}
