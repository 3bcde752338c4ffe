import Commands

await Launcher.main()
