import ArgumentParser

/// Where studies are kept.
struct StorageOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The database of studies.", valueName: "file"))
  var storage = "studies/studies.sqlite"
}

/// What is trained on what, beside tuned parameters.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The model; BERT4Rec is the only one.", valueName: "name"))
  var model = "BERT4Rec"

  @Option(help: ArgumentHelp("The dataset: the folder NAME with NAME.inter.", valueName: "name"))
  var dataset: String?

  @Option(help: ArgumentHelp("The folder of datasets.", valueName: "folder"))
  var dataPath: String?

  @Option(help: ArgumentHelp("YAML files, separated by spaces; later ones win.", valueName: "files"))
  var configFiles = ""

  @Option(
    name: .customLong(CommandLineArguments.configurationOption),
    help: ArgumentHelp(
      "A configuration key; --KEY=VALUE is the same. docs/command-line.md lists them.", valueName: "key=value"))
  var settings: [String] = []
}

/// How an answer is written.
enum AnswerFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, csv, markdown
}
