import Foundation
import Literals

/// A validation metric that is good enough: `valid.mrr@10>0.05`, or `mrr@10>=0.05`, which means the same split.
package struct Target: Equatable, Sendable, CustomStringConvertible {
  /// The metric's name without its split.
  package let metric: String

  package let threshold: Double

  /// Whether the threshold itself is enough: `>=`.
  private let isReachedByEqual: Bool

  private static let option = "--target"
  private static let example = "a metric and a number such as valid.mrr@10>0.05"

  /// - Throws: `CommandError.input` unless the text is a validation metric, `>` or `>=`, and a finite number.
  package init(parsing text: String) throws(CommandError) {
    func mistake(_ expected: String) -> CommandError { .input("\(Self.option): found '\(text)'; expected \(expected)") }
    guard let sign = text.firstIndex(where: { "<>=".contains($0) }) else { throw mistake(Self.example) }
    guard text[sign] != "<" else { throw mistake("> or >= in place of <: all metrics are better when larger") }
    guard text[sign] == ">" else { throw mistake("> or >= in place of =") }
    let tail = text[text.index(after: sign)...]
    isReachedByEqual = tail.first == "="
    let number = (isReachedByEqual ? tail.dropFirst() : tail).trimmingCharacters(in: .whitespaces)
    let name = text[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
    guard !name.hasPrefix("test.") else {
      throw mistake("a metric of the validation samples: choosing by test metrics is choosing by luck")
    }
    metric = name.hasPrefix("valid.") ? String(name.dropFirst("valid.".count)) : name
    guard !metric.isEmpty else { throw mistake(Self.example) }
    guard let threshold = Literal(commandLine: number).double, threshold.isFinite else {
      throw mistake("a finite number after \(isReachedByEqual ? ">=" : ">"), as in \(metric)>0.05")
    }
    self.threshold = threshold
  }

  /// Whether a value of the metric is good enough; what is not a number never is.
  package func isReached(by value: Double) -> Bool { isReachedByEqual ? value >= threshold : value > threshold }

  /// - Parameter metricNames: Those that a study measures, without their split.
  /// - Throws: `CommandError.input` with the nearest name when the metric is not one of them.
  package func check(metricNames: [String]) throws(CommandError) {
    guard !metricNames.contains(metric) else { return }
    let all = metricNames.joined(separator: ", ")
    let nearest = nearestName(to: metric, among: metricNames).map { "\($0), or another of " } ?? "one of "
    throw .input("\(Self.option): found metric '\(metric)', which is not measured; expected \(nearest)\(all)")
  }

  package var description: String { "valid.\(metric)\(isReachedByEqual ? ">=" : ">")\(threshold)" }
}
