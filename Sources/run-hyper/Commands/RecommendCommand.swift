import ArgumentParser
import Literals
import Model
import Tuner

/// Recommends items to users.
struct RecommendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommend",
    abstract: "Recommend items with a study's best weights, or with weights from a file.",
    usage: "run-hyper recommend [<study>] --all|--users|--histories [<options>]",
    discussion: """
      Examples:
        run-hyper recommend --all --format=csv > recommendations.csv
        run-hyper recommend bert4rec-grocery-hyper --users=users.txt --top=5
        run-hyper recommend --weights=model.safetensors --histories=new.tsv

      A histories file has a user on each line, and then the user's items, oldest
      first, with a tab before each item.
      """)

  @Argument(help: "Name of the study. (default: the newest study)")
  var study: String?

  @Option(
    help: ArgumentHelp("Use this weights file (safetensors) instead of a study's best weights.", valueName: "file"))
  var weights: String?

  @Flag(help: "Recommend to all users of the dataset.")
  var all = false

  @Option(help: ArgumentHelp("Recommend to the users in this file: one on each line.", valueName: "file"))
  var users: String?

  @Option(help: ArgumentHelp("Recommend to the users whose histories are in this file.", valueName: "file"))
  var histories: String?

  @Option(help: ArgumentHelp("Number of items for each user.", valueName: "count"))
  var top = 10

  @Option(
    help: ArgumentHelp(
      "Whether to recommend items that the user has had: True or False. (default: as the weights were tuned)",
      valueName: "bool"))
  var repeatable: Truth?

  @Option(help: ArgumentHelp("Recommend only the items in this file: one on each line.", valueName: "file"))
  var items: String?

  @Option(
    help: ArgumentHelp("Number of threads; answers do not depend on it. (default: number of cores)", valueName: "count")
  )
  var threads: Int?

  @Option(help: "Output format.")
  var format = RecommendationFormat.table

  @OptionGroup var storage: StorageOptions

  @OptionGroup var options: ConfigurationOptions

  /// The largest `--top`.
  private static let mostItems = 10_000

  func run() throws {
    _ = try Processor.able()
    let job = try reading {
      try checkOptions()
      return try prepared()
    }
    let stop = StopController()
    let interruption = Interruption { stop.requestStop() }
    try job.run(shouldStop: { stop.isRequested })
    withExtendedLifetime(interruption) {}
  }

  /// Refuses options that do not go together.
  private func checkOptions() throws(CommandError) {
    let named = [("--all", all), ("--users", users != nil), ("--histories", histories != nil)].filter(\.1).map(\.0)
    guard named.count == 1 else {
      throw .input(
        "recommend: found \(named.isEmpty ? "no users" : named.joined(separator: " and ")); expected one of "
          + "--all, --users=FILE and --histories=FILE")
    }
    guard (1...Self.mostItems).contains(top) else {
      throw .input("--top: found \(top); expected a number from 1 to \(Self.mostItems)")
    }
    if let threads, !(1...1024).contains(threads) {
      throw .input("--threads: found \(threads); expected a number from 1 to 1024")
    }
    try options.check(weights: weights, study: study)
  }

  /// Reads and checks all input.
  private func prepared() throws -> RecommendationJob {
    let source = try source()
    let configuration = source.configuration
    let (dataset, report) = try DatasetLibrary.load(configuration.dataset)
    for note in (weights == nil ? [] : configuration.notes) + report.warnings { Output.note("note: \(note)") }
    try source.check(dataset)
    let index = TokenIndex(dataset.itemTokens)
    let stock = try items.map {
      try ListedTokens.ids(in: $0, option: "--items", noun: "item", of: dataset.name, index)
    }
    let all = UserHistories(dataset, report)
    let (users, count) = try recommended(of: dataset, all, index)
    let mostThreads = count.map { Recommender.mostThreads(users: $0) } ?? .max
    let admission = try Admission.check(
      [TrainingMemory(recommending: configuration, dataset, top: top)], workers: 1,
      threads: min(threads ?? SlurmAllocation.usableCores, mostThreads), note: Output.note)
    let model = try SavedModel(source.file, file: source.name, configuration: configuration, dataset: dataset)
    let names = format == .csv ? nil : try ItemNames(configuration.dataset, index, itemCount: dataset.itemCount)
    let isRepeatable = repeatable?.value ?? configuration.evaluation.isRepeatable
    return RecommendationJob(
      recommender: Recommender(model, all, .init(top: top, isRepeatable: isRepeatable, items: stock)),
      users: users, userCount: count, threads: admission.threads,
      text: RecommendationText(format, itemTokens: dataset.itemTokens, names: names?.names),
      start: start(source, dataset, users: count, stock: stock.map { Set($0).count }), source: source.name,
      dataset: dataset.name)
  }

  private func source() throws -> WeightsSource {
    guard let weights else { return try WeightsSource(study: study, in: storage, dataPath: options.dataPath) }
    return try WeightsSource(file: weights, options)
  }

  /// The users, and their number if it is known.
  private func recommended(
    of dataset: SequenceDataset, _ all: UserHistories, _ index: TokenIndex
  ) throws -> (users: RecommendedUsers, count: Int?) {
    if let histories {
      let file = HistoryFile(path: histories, index, maximumLength: dataset.maximumLength)
      return (.file(file), try file.check())
    }
    let ids =
      try users.map {
        try ListedTokens.ids(in: $0, option: "--users", noun: "user", of: dataset.name, TokenIndex(dataset.userTokens))
      } ?? Array(all.users)
    return (.ids(ids), ids.count)
  }

  /// What is said before the first answer.
  private func start(
    _ source: WeightsSource, _ dataset: SequenceDataset, users: Int?, stock: Int?
  ) -> String {
    let items = top == 1 ? "1 item" : "\(top) items"
    let choice = stock.map { "\($0) of \(dataset.itemCount - 1)" } ?? "\(dataset.itemCount - 1)"
    let to = users.map { $0 == 1 ? "1 user" : "\($0) users" } ?? "the users of the file"
    let own = source.configuration.evaluation.isRepeatable
    let isRepeatable = repeatable?.value ?? own
    let rule =
      (isRepeatable ? "may be recommended again (--repeatable=True)" : "are left out (--repeatable=False)")
      + ", \(isRepeatable == own ? "as" : "unlike") in the ranking that the \(source.measurement) are measured on"
    return """
      Recommending \(items) of \(choice) to \(to) with \(source.title)
      Items that a user has had \(rule)
      """
  }

}

/// The output formats of recommendations.
enum RecommendationFormat: String, CaseIterable, ExpressibleByArgument {
  case table, csv, jsonl
}
