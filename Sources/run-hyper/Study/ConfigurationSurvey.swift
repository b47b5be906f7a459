import Literals
import Model
import Tuner

/// Which points of a space give configurations that can be trained, and the problems of the others.
struct ConfigurationSurvey {
  /// The number of points examined.
  private(set) var total = 0

  /// The points that can be trained, in order.
  private(set) var possible: [Hyperparameters] = []

  /// The configuration of the first of these points.
  private(set) var first = Configuration()

  /// Their maximum number of epochs.
  private(set) var longest = 0

  /// The distinct ways in which they read their data.
  private(set) var datasets: [DatasetConfiguration] = []

  /// The distinct ways in which they are validated; only epochs and the interval are set.
  private(set) var schedules: Set<TrainingConfiguration> = []

  /// The precisions in which they train.
  private(set) var precisions: Set<TrainingConfiguration.Precision> = []

  /// The problems of the other points, in order of first occurrence.
  private var problems: [(problem: Problem, points: [Hyperparameters])] = []
  private var positions: [Problem: Int] = [:]

  var impossibleCount: Int { total - possible.count }

  /// Examines a point and returns whether it can be trained.
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
      precisions.insert(configuration.training.precision)
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

  /// The problems of all points, which do not depend on the tuned values.
  var generalProblems: [String] { problems.filter { $0.points.count == total }.map(\.problem.description) }

  /// Throws if any configuration is impossible or, if impossible ones are left out, if all are.
  func check(leavesOut: Bool) throws(CommandError) {
    guard impossibleCount > 0, !leavesOut || possible.isEmpty else { return }
    guard generalProblems.isEmpty else { throw .input(generalProblems.joined(separator: "\n")) }
    if possible.isEmpty {
      throw .input((["all \(total) configurations are impossible"] + reasons).joined(separator: "\n"))
    }
    let lines = problems.flatMap { problem, points in [problem.description] + points.map { "  in \($0)" } }
    throw .input(
      "\(impossibleCount) of \(total) configurations are impossible; --skip_impossible leaves them out\n"
        + lines.joined(separator: "\n"))
  }

  /// The problems of the points that cannot be trained, one line each with the number of points, most frequent first.
  ///
  /// A range may give a problem for each value: if there are many, those with the same location and remedy are merged.
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
