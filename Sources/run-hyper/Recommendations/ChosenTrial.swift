import ArgumentParser
import Literals
import Tuner

/// The trial of a study whose weights a command uses.
enum ChosenTrial: Equatable, ExpressibleByArgument, CustomStringConvertible {
  /// The first one of the leaderboard.
  case best

  /// The one with this number.
  case number(Int)

  init?(argument: String) {
    if argument == "best" {
      self = .best
    } else if let number = Int(argument), number > 0 {
      self = .number(number)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .best: "best"
    case .number(let number): "\(number)"
    }
  }

  var defaultValueDescription: String { description }

  /// The trial in a study.
  ///
  /// - Throws: `CommandError.input`, or `ReportError` if there is no such trial.
  func found(in study: Study, of store: StudyStore) throws -> Found {
    let best = try store.leaderboard(of: study, LeaderboardQuery(top: 1, measuresCertainty: false)).rows.first
    if case .number(let number) = self, number != best?.trial || best?.value == nil {
      let story = try store.story(of: number, in: study)
      return Found(number: number, hyperparameters: story.hyperparameters, isBest: false)
    }
    guard let best, best.value != nil else {
      throw CommandError.input(
        message(
          at: study.name, found: "no trial with a value for \(study.definition.metric), so there is no best one",
          expected: "a study with a result"))
    }
    return Found(number: best.trial, hyperparameters: best.hyperparameters, isBest: true)
  }

  /// A trial that there is.
  struct Found {
    let number: Int
    let hyperparameters: Hyperparameters
    let isBest: Bool

    /// The weights that the study keeps, if they are those of this trial.
    ///
    /// - Throws: `CommandError.input`, or `StorageError` if the weights are damaged.
    func weights(of study: Study, in store: StudyStore) throws -> (trial: Int, location: String, bytes: [UInt8]) {
      let kept = try store.savedWeights(of: study)
      if let kept, kept.trial == number { return kept }
      let remedy =
        "--weights=FILE with weights that '\(ProgramCommand.line("train --save=FILE"))' writes for its configuration"
      let found: String
      switch (kept, isBest) {
      case (nil, true): found = "no weights of trial \(number), the best one"
      case (nil, false): found = "no weights of trial \(number)"
      case (let kept?, true): found = "weights of trial \(kept.trial), but the best one is \(number)"
      case (let kept?, false): found = "no weights of trial \(number); the study keeps those of trial \(kept.trial)"
      }
      throw CommandError.input(message(at: study.name, found: found, expected: remedy))
    }
  }
}
