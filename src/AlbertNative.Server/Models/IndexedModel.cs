using AlbertNative.Server.Configuration;
using AlbertNative.Serving;

namespace AlbertNative.Server.Models;

/// <summary>How a model that can be served stands, in the words of the protocol's repository.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version that is served; empty for none.</param>
/// <param name="State">READY, LOADING or UNAVAILABLE.</param>
/// <param name="Reason">Why it could not be loaded the last time; empty where it could.</param>
internal sealed record IndexedModel(string Name, string Version, string State, string Reason)
{
    /// <summary>Those of a catalog, in its order.</summary>
    /// <param name="catalog">What can be served.</param>
    /// <param name="models">What is.</param>
    /// <param name="readyOnly">Whether the others are left out.</param>
    public static IEnumerable<IndexedModel> Of(ModelCatalog catalog, ServedModels models, bool readyOnly)
    {
        IReadOnlyList<ServedModel> served = models.All;
        foreach (ModelSpec spec in catalog.Specs)
        {
            ServedModel? model = served.FirstOrDefault(model => model.Name == spec.Name);
            if (readyOnly && model is null)
                continue;
            (ModelState state, Exception? failure) = models.StateOf(spec.Name);
            yield return new(
                spec.Name, model?.Version ?? "", model is not null ? "READY" : state == ModelState.Loading ? "LOADING" : "UNAVAILABLE", failure?.Message ?? "");
        }
    }
}
