import ArgumentParser

/// `aor group`: routing tables.
struct GroupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "Routing tables",
    discussion: HelpText.make(
      "A group is a routing table of its own, served under `/oc/<group>/…`. The default group is served at the root too.",
      examples: [
        ("A second table", "aor group add work"), ("Its first route", "aor route set default main/ --group work"),
      ]),
    subcommands: [GroupAdd.self, GroupList.self, GroupShow.self, GroupRemove.self, GroupDefault.self])
}

/// The option that names a group; the default group when it is left out.
struct GroupOption: ParsableArguments {
  @Option(
    name: [.customLong("group"), .customShort("g")],
    help: ArgumentHelp("The group; the default group when left out", valueName: "group"),
    completion: CompletionValues.groups)
  var name: String?
}
