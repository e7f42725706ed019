using AlbertNative.Cli;

return HostedCommand.Run(session => new ConvertCommand(session, "albert-convert"), args);
