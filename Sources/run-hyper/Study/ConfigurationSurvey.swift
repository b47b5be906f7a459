import Literals
import Model
import Tuner

/// What building the configurations of a space's points shows: those that can be trained, and what is wrong with the others.
struct ConfigurationSurvey {
  /// How many points were looked at.
  private(set) var total = 0

  /// Those that can be trained, in their order.
  private(set) var possible: [Hyperparameters] = []

  /// The configuration of the first of them.
  private(set) var first = Configuration()

  /// The most epochs that one of them can have.
  private(set) var longest = 0

  /// The distinct ways in which they read their data.
  private(set) var datasets: [DatasetConfiguration] = []

  /// The distinct ways in which they are validated: epochs and the interval alone.
  private(set) var schedules: Set<TrainingConfiguration> = []

  /// What is wrong with the others, in the order in which it was met.
  private var problems: [(text: String, points: [Hyperparameters])] = []
  private var positions: [String: Int] = [:]

  var impossibleCount: Int { total - possible.count }

  /// Looks at a point, and says whether it can be trained.
  mutating func look(
    at point: Hyperparameters, _ build: (Hyperparameters) throws(ConfigurationError) -> Configuration
  ) -> Bool {
    total += 1
    do {
      let configuration = try build(point)
      if possible.isEmpty { first = configuration }
      longest = max(longest, configuration.training.epochs)
      if !datasets.contains(configuration.dataset) { datasets.append(configuration.dataset) }
      var schedule = TrainingConfiguration()
      schedule.epochs = configuration.training.epochs
      schedule.validationInterval = configuration.training.validationInterval
      schedules.insert(schedule)
      possible.append(point)
      return true
    } catch {
      for text in error.problems.map(\.description) {
        let position = positions[text] ?? problems.count
        if position == problems.count {
          problems.append((text, []))
          positions[text] = position
        }
        problems[position].points.append(point)
      }
      return false
    }
  }

  /// Refuses impossible configurations, or, where these are left out, a study without any other.
  func check(leavesOut: Bool) throws(CommandError) {
    guard impossibleCount > 0, !leavesOut || possible.isEmpty else { return }
    // What is wrong with all of them has nothing to do with the points.
    let general = problems.filter { $0.points.count == total }.map(\.text)
    guard general.isEmpty else { throw .input(general.joined(separator: "\n")) }
    if possible.isEmpty {
      throw .input((["all \(total) configurations are impossible"] + reasons).joined(separator: "\n"))
    }
    let lines = problems.flatMap { problem in [problem.text] + problem.points.map { "  in \($0)" } }
    throw .input(
      "\(impossibleCount) of \(total) configurations are impossible; --skip_impossible leaves them out\n"
        + lines.joined(separator: "\n"))
  }

  /// What is wrong with those that cannot be trained, a line each with their number; the most frequent first.
  var reasons: [String] {
    let order = problems.indices.sorted { (-problems[$0].points.count, $0) < (-problems[$1].points.count, $1) }
    let shown = order.prefix(Self.mostReasons).map { "\(problems[$0].points.count) × \(problems[$0].text)" }
    return problems.count > shown.count ? shown + ["and \(problems.count - shown.count) other reasons"] : shown
  }

  /// Ranges have a reason for each of their values; nobody reads more than these.
  private static let mostReasons = 10
}
