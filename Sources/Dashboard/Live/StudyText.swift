import Foundation
import Literals
package import Tuner

/// A study's chart as JSON in pieces, from which pages get what has changed.
///
/// A trial's text is made when the trial changes, and is the same for all pages.
package struct StudyText: Sendable {
  private var chart: StudyChart

  /// The members of the study but `trials`, by name.
  private var head: [String: String]

  /// By trial number.
  private var trials: [Int: String]

  /// - Throws: If a value cannot be said in JSON.
  package init(_ chart: StudyChart) throws {
    self.chart = chart
    head = try Self.head(of: chart)
    trials = [:]
    for trial in chart.trials { trials[trial.number] = try Self.json(trial) }
  }

  /// The study, as a `StudyChart` is written.
  package var json: String {
    let members = head.map { ($0.key, $0.value) } + [("trials", "[\(trialTexts.joined(separator: ","))]")]
    return JSONMembers.object(members)
  }

  private var trialTexts: [String] { chart.trials.compactMap { trials[$0.number] } }

  package var trialValues: [StudyChart.Trial] { chart.trials }
  package var direction: Direction { chart.direction }

  /// What changes when a study's chart becomes another one.
  package struct Changes: Sendable, Equatable {
    /// Changed members as JSON; `null` for one that is no longer there.
    package var head: [String: String] = [:]

    /// The new texts of changed and new trials.
    package var trials: [String] = []
    package var removed: [Int] = []

    package init() {}

    package var isEmpty: Bool { head.isEmpty && trials.isEmpty && removed.isEmpty }

    /// The data of an event.
    ///
    /// - Parameter live: The JSON of what changes without a trial.
    package func json(sequence: Int, live: String) -> String {
      JSONMembers.object([
        ("sequence", "\(sequence)"), ("head", JSONMembers.object(head.map { ($0.key, $0.value) })),
        ("trials", "[\(trials.joined(separator: ","))]"),
        ("removed", "[\(removed.map(String.init).joined(separator: ","))]"), ("live", live),
      ])
    }
  }

  /// Takes over a newer chart of the same study, and returns what has changed.
  ///
  /// - Throws: If a value cannot be said in JSON; then nothing is taken over.
  package mutating func update(to new: StudyChart) throws -> Changes {
    var changes = Changes()
    let newHead = try Self.head(of: new)
    for (name, text) in newHead where head[name] != text { changes.head[name] = text }
    for name in head.keys where newHead[name] == nil { changes.head[name] = "null" }
    let known = Dictionary(chart.trials.map { ($0.number, $0) }) { $1 }
    var texts = trials
    for trial in new.trials where known[trial.number] != trial {
      let text = try Self.json(trial)
      texts[trial.number] = text
      changes.trials.append(text)
    }
    let numbers = Set(new.trials.map(\.number))
    changes.removed = known.keys.filter { !numbers.contains($0) }.sorted()
    for number in changes.removed { texts[number] = nil }
    (chart, head, trials) = (new, newHead, texts)
    return changes
  }

  private static func head(of chart: StudyChart) throws -> [String: String] {
    var head = JSONMembers.members(of: try json(chart.withoutTrials))
    head["trials"] = nil
    return head
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// Objects of JSON as their members' texts.
package enum JSONMembers {
  /// An object with these members, ordered by name.
  package static func object(_ members: [(name: String, text: String)]) -> String {
    let sorted = members.sorted { $0.name < $1.name }
    return "{\(sorted.map { "\"\($0.name)\":\($0.text)" }.joined(separator: ","))}"
  }

  /// The members of an object that an encoder has written, without spaces and with names that need no escapes.
  package static func members(of object: String) -> [String: String] {
    var members: [String: String] = [:]
    let bytes = Array(object.utf8)
    var (depth, isQuoted, start, colon) = (0, false, 1, 0)
    var index = 0
    func end(_ end: Int) {
      guard colon > start else { return }
      let name = String(decoding: bytes[start + 1..<colon - 1], as: UTF8.self)
      members[name] = String(decoding: bytes[colon + 1..<end], as: UTF8.self)
    }
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\") where isQuoted: index += 1
      case UInt8(ascii: "\""): isQuoted.toggle()
      case _ where isQuoted: break
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { end(index) }
      case UInt8(ascii: ":") where depth == 1 && colon < start: colon = index
      case UInt8(ascii: ",") where depth == 1:
        end(index)
        start = index + 1
      default: break
      }
      index += 1
    }
    return members
  }
}

extension JSONMembers {
  /// A string, with escapes where JSON needs them.
  package static func string(_ text: String) -> String { JSON.string(text) }
}
