import ArgumentParser

/// In which ranking a report's numbers are.
struct RankingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Rank among all items (True), or without those that the user had had before (False). (default: as the study)",
      valueName: "bool"))
  var repeatable: Truth?
}

/// True or False, as in RecBole.
struct Truth: ExpressibleByArgument, CustomStringConvertible {
  let value: Bool

  init(value: Bool) { self.value = value }

  init?(argument: String) {
    switch argument.lowercased() {
    case "true": value = true
    case "false": value = false
    default: return nil
    }
  }

  var description: String { value ? "True" : "False" }
  var defaultValueDescription: String { description }
}
