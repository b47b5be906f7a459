import Foundation

/// Something that happened in a study, as a log shows it.
package struct ProgressEvent {
  /// What happened, such as `started`.
  package var name: String

  /// The sentence about it.
  package var text: String

  package var trial: Int?
  package var epoch: Int?

  /// Metrics and losses, by name.
  package var values: [String: Double] = [:]

  package var seconds: Double?

  /// Whether it is shown even where no progress is, and on a terminal above the block.
  package var isImportant = false

  /// Whether the sentence ends with the study's progress.
  package var addsSummary = false

  /// Whether only a program wants to know.
  package var isForPrograms = false

  package init(
    _ name: String, _ text: String, trial: Int? = nil, epoch: Int? = nil, values: [String: Double] = [:],
    seconds: Double? = nil, isImportant: Bool = false, addsSummary: Bool = false, isForPrograms: Bool = false
  ) {
    (self.name, self.text, self.trial, self.epoch) = (name, text, trial, epoch)
    (self.values, self.seconds) = (values, seconds)
    (self.isImportant, self.addsSummary, self.isForPrograms) = (isImportant, addsSummary, isForPrograms)
  }

  /// One line of JSON: the event, and how far the study is after it.
  ///
  /// - Parameter time: As RFC 3339 has it.
  package func json(_ progress: StudyProgress, at time: String) -> String {
    JSONLine(
      time: time, event: name, text: text, trial: trial, epoch: epoch,
      values: values.isEmpty ? nil : values.filter(\.value.isFinite), seconds: seconds,
      study: JSONLine.Study(progress)
    ).line
  }
}

/// A message as one line of JSON, for programs that follow a run.
struct JSONLine: Encodable {
  var time: String
  var event: String
  var text: String
  var trial: Int?
  var epoch: Int?
  var values: [String: Double]?
  var seconds: Double?
  var study: Study?

  /// How far a study is.
  struct Study: Encodable {
    var finished: Int
    var paused: Int
    var running: Int
    var total: Int
    var metric: String
    var best: Double?
    var bestTrial: Int?

    enum CodingKeys: String, CodingKey {
      case finished, paused, running, total, metric, best
      case bestTrial = "best_trial"
    }

    init(_ progress: StudyProgress) {
      (finished, paused) = (progress.finished, progress.paused)
      (running, total) = (progress.running.count, progress.total)
      (metric, best, bestTrial) = (progress.metric, progress.best?.value, progress.best?.trial)
    }
  }

  /// Itself, as JSON.
  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Nothing in it has no form in JSON: what is not finite is left out.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
