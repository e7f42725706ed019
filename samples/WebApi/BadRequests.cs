namespace WebApi;

/// <summary>Texts that the model cannot take are the client's fault, and the answer says what is wrong with them.</summary>
internal static class BadRequests
{
    public static void UseBadRequests(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (ArgumentException e) when (!context.Response.HasStarted)
        {
            await Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
        }
    });
}
