import Foundation
import Literals
package import Tuner

/// A validation metric that is good enough: `valid.mrr@10>0.05`, or `mrr@10>=0.05`, which means the same split.
package struct Target: Equatable, Sendable, CustomStringConvertible {
  /// The target in the form that a run of a study uses.
  package let value: MetricTarget

  private static let option = "--target"
  private static let example = "a metric and a number such as valid.mrr@10>0.05"

  /// - Throws: `CommandError.input` unless the text is a validation metric, `>` or `>=`, and a finite number; `<` or `<=` for a metric of
  ///   which smaller values are better.
  package init(parsing text: String) throws(CommandError) {
    func mistake(_ expected: String) -> CommandError {
      .input(message(at: Self.option, found: "'\(text)'", expected: expected))
    }
    guard let place = text.firstIndex(where: { "<>=".contains($0) }) else { throw mistake(Self.example) }
    let name = text[..<place].trimmingCharacters(in: .whitespaces).lowercased()
    let metric = MetricName(name)
    let direction = Direction(ofMetric: metric.name)
    let sign = direction.sign
    guard text[place] != "=" else { throw mistake("\(sign) or \(sign)= instead of =") }
    guard String(text[place]) == sign else {
      throw mistake(
        "\(sign) or \(sign)= instead of \(text[place]), since "
          + "\(direction == .maximize ? "larger" : "smaller") is better for \(metric.name)")
    }
    let tail = text[text.index(after: place)...]
    let includesThreshold = tail.first == "="
    let number = (includesThreshold ? tail.dropFirst() : tail).trimmingCharacters(in: .whitespaces)
    guard metric.split == "valid" else {
      throw mistake("a validation metric, since choosing by test metrics would be selecting on the test set")
    }
    guard !metric.name.isEmpty else { throw mistake(Self.example) }
    guard let threshold = Literal(commandLine: number).double, threshold.isFinite else {
      throw mistake("a finite number after \(sign)\(includesThreshold ? "=" : ""), as in \(metric.name)\(sign)0.05")
    }
    value = MetricTarget(metric: metric.name, threshold: threshold, includesThreshold: includesThreshold)
  }

  /// - Parameter metricNames: The metrics that the study measures, without their split.
  /// - Throws: `CommandError.input` with the nearest name when the metric is not one of them.
  package func check(metricNames: [String]) throws(CommandError) {
    guard !metricNames.contains(value.metric) else { return }
    let all = metricNames.joined(separator: ", ")
    let nearest = nearestName(to: value.metric, among: metricNames).map { "\($0), or another of " } ?? "one of "
    throw .input(
      message(
        at: Self.option, found: "metric '\(value.metric)', which is not measured", expected: "\(nearest)\(all)"))
  }

  package var description: String { "\(value)" }
}
