import ArgumentParser
import Literals
import Model
import Tuner

/// Recommends items to users.
struct RecommendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommend",
    abstract: "Recommend items with a study's weights, or with weights from a file.",
    usage: "run-hyper recommend [<study>] --all|--users|--histories [<options>]",
    discussion: """
      Examples:
        run-hyper recommend --all --format=csv > recommendations.csv
        run-hyper recommend bert4rec-grocery-hyper --users=users.txt --top=5
        run-hyper recommend --weights=model.safetensors --histories=new.tsv

      If the study does not keep the trial's weights, the trial is trained again,
      bit for bit. A folder of weights, as the command ensemble writes it, ranks by
      the mean of their log-probabilities.

      A histories file has a user on each line, and then the user's items, oldest
      first, with a tab before each item.
      """)

  @Argument(help: "Name of the study. (default: the newest study)")
  var study: String?

  @Option(
    help: ArgumentHelp("Use the weights of this trial: its number, or 'best'. (default: best)", valueName: "trial"))
  var trial: ChosenTrial?

  @Option(
    help: ArgumentHelp(
      "Use this weights file (safetensors), or this folder of several, instead of a study's weights.",
      valueName: "file"))
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
    let preparation = try reading {
      try checkOptions()
      return try prepared()
    }
    let stop = StopController()
    let interruption = Interruption { stop.requestStop() }
    let shouldStop = { stop.isRequested }
    try preparation.job(try preparation.models ?? trained(preparation, shouldStop)).run(shouldStop: shouldStop)
    withExtendedLifetime(interruption) {}
  }

  /// Everything that is known before a training that the weights may need.
  private struct Preparation {
    let weights: WeightsSet

    /// The networks; `nil` if one has to be trained.
    let models: [SavedModel]?

    let threads: Int
    let job: ([SavedModel]) -> RecommendationJob
  }

  private func trained(_ preparation: Preparation, _ shouldStop: @escaping () -> Bool) throws -> [SavedModel] {
    try preparation.weights.members.map { member in
      let weights = try member.source.weights(on: member.dataset, threads: preparation.threads, shouldStop: shouldStop)
      return try SavedModel(
        weights, file: member.source.name, configuration: member.source.configuration, dataset: member.dataset)
    }
  }

  /// Refuses options that do not go together.
  private func checkOptions() throws(CommandError) {
    var mistakes = Mistakes()
    let named = [("--all", all), ("--users", users != nil), ("--histories", histories != nil)].filter(\.1).map(\.0)
    if named.count != 1 {
      mistakes.add(
        "recommend: found \(named.isEmpty ? "no users" : named.joined(separator: " and ")); expected one of "
          + "--all, --users=FILE and --histories=FILE")
    }
    if !(1...Self.mostItems).contains(top) {
      mistakes.add("--top: found \(top); expected a number from 1 to \(Self.mostItems)")
    }
    if let threads, !(1...1024).contains(threads) {
      mistakes.add("--threads: found \(threads); expected a number from 1 to 1024")
    }
    _ = try mistakes.gather { try options.check(weights: weights, study: study, trial: trial) }
    try mistakes.check()
  }

  /// Reads and checks all input.
  private func prepared() throws -> Preparation {
    let set = try weights.map { try WeightsSet(at: $0, options) } ?? study(trial: trial ?? .best)
    let (dataset, report) = set.longest
    for note in (weights == nil ? [] : set.notes) + set.warnings { Output.note("note: \(note)") }
    let index = TokenIndex(dataset.itemTokens)
    let stock = try items.map {
      try ListedTokens.ids(in: $0, option: "--items", noun: "item", of: dataset.name, index)
    }
    let all = UserHistories(dataset, report)
    let (users, count) = try recommended(of: dataset, all, index)
    let mostThreads = count.map { Recommender.mostThreads(users: $0) } ?? .max
    let needed = TrainingMemory(
      together: set.members.map { TrainingMemory(recommending: $0.source.configuration, $0.dataset, top: top) })
    let isTrained = set.members.contains { $0.source.training != nil }
    let admission = try Admission.check(
      [needed] + set.trainingMemory, workers: 1,
      threads: min(threads ?? SlurmAllocation.usableCores, isTrained ? .max : mostThreads), note: Output.note)
    let models = try set.models()
    let names = format == .csv ? nil : try ItemNames(set.configuration.dataset, index, itemCount: dataset.itemCount)
    let text = RecommendationText(format, itemTokens: dataset.itemTokens, names: names?.names)
    let start = start(set, dataset, users: count, stock: stock.map { Set($0).count })
    let isRepeatable = repeatable?.value ?? set.configuration.evaluation.isRepeatable
    let request = Recommender.Request(top: top, isRepeatable: isRepeatable, items: stock)
    return Preparation(
      weights: set, models: models, threads: admission.threads,
      job: { models in
        RecommendationJob(
          recommender: Recommender(models, all, request), users: users, userCount: count,
          threads: min(admission.threads, mostThreads), text: text, start: start, source: set.name,
          dataset: dataset.name)
      })
  }

  private func study(trial: ChosenTrial) throws -> WeightsSet {
    try WeightsSet(try WeightsSource(study: study, trial: trial, in: storage, dataPath: options.dataPath))
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
    _ source: WeightsSet, _ dataset: SequenceDataset, users: Int?, stock: Int?
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
