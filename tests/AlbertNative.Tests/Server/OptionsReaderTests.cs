using AlbertNative.Server.Configuration;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Server;

public sealed class OptionsReaderTests
{
    [Fact]
    public void The_command_line_goes_before_the_environment_and_that_before_the_file()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("albert-serve-").FullName, "config.json");
        File.WriteAllText(file, """{"model": ["a=x", "b=y"], "payload-limit": "1MiB", "max-client-batch-size": 7, "drain-delay": "1s"}""");
        OptionsReader reader = new();
        reader.ReadFile(file);
        reader.ReadEnvironment([new("ALBERT_PAYLOAD_LIMIT", "2MiB"), new("ALBERT_DRAIN_DELAY", "2s"), new("HOME", "/")]);
        reader.SetFromCommandLine(Settings.Find("drain-delay")!, ["3s"]);

        ServerOptions options = reader.Build();

        Assert.Equal(["a", "b"], options.Models.Select(model => model.Name));
        Assert.Equal(2 << 20, options.PayloadLimit);
        Assert.Equal(7, options.MaxClientBatchSize);
        Assert.Equal(TimeSpan.FromSeconds(3), options.DrainDelay);
        Assert.Equal(SettingSource.Environment, reader.SourceOf(Settings.Find("payload-limit")!));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void A_name_that_nobody_knows_is_refused_with_the_nearest_one()
    {
        string message = Assert.Throws<FormatException>(() => new OptionsReader().ReadEnvironment([new("ALBERT_PAYLOAD_LIMT", "1")])).Message;

        Assert.Contains("payload-limt", message, StringComparison.Ordinal);
        Assert.Contains("did you mean payload-limit?", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max-client-batch-size", "0")]
    [InlineData("max-client-batch-size", "1e3")]
    [InlineData("payload-limit", "8 MiB")]
    [InlineData("payload-limit", "99999999999GiB")]
    [InlineData("drain-delay", "5")]
    [InlineData("overlong", "cut")]
    [InlineData("http", "somewhere")]
    [InlineData("public", "everything")]
    [InlineData("model", "/weights/nano")]
    [InlineData("model", "nano=/weights,pooling=median")]
    [InlineData("model", "nano=/weights,colour=red")]
    [InlineData("trace-ratio", "2")]
    [InlineData("threads", "1025")]
    [InlineData("step-tokens", "1048577")]
    [InlineData("express-tokens", "1048577")]
    [InlineData("max-queue-seconds", "0")]
    [InlineData("request-timeout", "0s")]
    public void A_value_that_makes_no_sense_is_refused_by_the_settings_name(string name, string value)
    {
        OptionsReader reader = new();
        reader.SetFromCommandLine(Settings.Find(name)!, [value]);

        Assert.Contains($"--{name}: ", Assert.Throws<FormatException>(reader.Build).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_have_names_of_their_own_and_the_default_is_one_of_them()
    {
        Assert.Contains("two models", Assert.Throws<FormatException>(() => LoopbackServerApp.Options(("model", "a=x"), ("model", "a=y"))).Message, StringComparison.Ordinal);
        Assert.Contains("--default-model", Assert.Throws<FormatException>(() => LoopbackServerApp.Options(("default-model", "b"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_stands_in_no_file_and_is_never_shown()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, """{"api-key": "secret"}""");

        Assert.Contains("environment", Assert.Throws<FormatException>(() => new OptionsReader().ReadFile(file)).Message, StringComparison.Ordinal);
        File.Delete(file);

        OptionsReader reader = new();
        reader.ReadEnvironment([new("ALBERT_API_KEY", "secret"), new("ALBERT_MODEL", $"nano={ShippedModels.Nano}")]);
        Assert.DoesNotContain(Settings.All, setting => setting.Show(reader.Build()).Contains("secret", StringComparison.Ordinal));
    }
}
