import Commands

Launcher.answerAtOnce()
await Launcher.main()
