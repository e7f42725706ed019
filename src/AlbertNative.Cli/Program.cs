using AlbertNative.Cli;

return HostedCommand.Run(session => CommandLine.Create(session, args), args);
