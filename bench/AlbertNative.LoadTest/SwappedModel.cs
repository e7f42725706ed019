using System.Diagnostics;
using System.Net.Http.Headers;

namespace AlbertNative.LoadTest;

/// <summary>A link that leads to one of some models, and the request to take over where it leads.</summary>
internal sealed class SwappedModel : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("albert-load").FullName;
    private readonly IReadOnlyList<string> _models;

    public SwappedModel(IReadOnlyList<string> models)
    {
        _models = models;
        PointTo(0);
    }

    /// <summary>Where the server finds the model.</summary>
    public string Path => System.IO.Path.Combine(_folder, "current" + System.IO.Path.GetExtension(_models[0]));

    /// <summary>Puts the next model in the place of the one before.</summary>
    /// <exception cref="InvalidOperationException">The server did not take it.</exception>
    public async Task SwapAsync(Uri server, int number)
    {
        PointTo(number % _models.Count);
        using HttpClient client = new() { BaseAddress = server };
        using ByteArrayContent body = new("{}"u8.ToArray());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri("/v2/repository/models/m/load", UriKind.Relative), body);
        string text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode || !text.Contains(ReferenceAnswers.VersionOf(_models[number % _models.Count]), StringComparison.Ordinal))
            throw new InvalidOperationException($"the model was not exchanged: {(int)answer.StatusCode} {text}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void PointTo(int model)
    {
        string next = System.IO.Path.Combine(_folder, "next");
        File.CreateSymbolicLink(next, System.IO.Path.GetFullPath(_models[model]));
        // At once, whatever the links lead to: File.Move follows those to directories.
        using Process move = Process.Start("mv", ["-T", "-f", next, Path]);
        move.WaitForExit();
        if (move.ExitCode != 0)
            throw new IOException($"{next} could not be put in the place of {Path}");
    }
}
