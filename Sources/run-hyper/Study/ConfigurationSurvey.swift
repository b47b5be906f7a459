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
  private var problems: [(problem: Problem, points: [Hyperparameters])] = []
  private var positions: [Problem: Int] = [:]

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
      for problem in error.problems {
        let position = positions[problem] ?? problems.count
        if position == problems.count {
          problems.append((problem, []))
          positions[problem] = position
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
    let general = problems.filter { $0.points.count == total }.map(\.problem.description)
    guard general.isEmpty else { throw .input(general.joined(separator: "\n")) }
    if possible.isEmpty {
      throw .input((["all \(total) configurations are impossible"] + reasons).joined(separator: "\n"))
    }
    let lines = problems.flatMap { problem, points in [problem.description] + points.map { "  in \($0)" } }
    throw .input(
      "\(impossibleCount) of \(total) configurations are impossible; --skip_impossible leaves them out\n"
        + lines.joined(separator: "\n"))
  }

  /// What is wrong with those that cannot be trained, a line each with their number, the most frequent first.
  ///
  /// A range has a reason for each of its values: where there are many, those that expect the same at the same place are one.
  var reasons: [String] {
    guard problems.count > Self.mostReasons else {
      let order = problems.indices.sorted { (-problems[$0].points.count, $0) < (-problems[$1].points.count, $1) }
      return order.map { "\(problems[$0].points.count) × \(problems[$0].problem)" }
    }
    let groups = Dictionary(grouping: problems.indices) { index in
      [problems[index].problem.location, problems[index].problem.expected]
    }
    return groups.values.sorted { $0[0] < $1[0] }.map { group in
      let (example, count) = (problems[group[0]].problem, group.reduce(0) { $0 + problems[$1].points.count })
      let found = "found\(group.count > 1 ? ", for example," : "") \(example.found.inMessage)"
      return "\(count) × \(example.location.inMessage): \(found); expected \(example.expected.inMessage)"
    }
  }

  private static let mostReasons = 10
}
