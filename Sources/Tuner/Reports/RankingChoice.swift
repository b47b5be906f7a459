/// Which items the held-out items are ranked among in a report's numbers.
///
/// Each user's held-out item has two ranks: among all items, and among those that the user had not had before. The study's key
/// `repeatable` says in which ranking it was tuned; reports can use the other one.
public struct RankingChoice: Sendable, Equatable {
  /// Whether items that a user has had are ranked, too.
  public let isRepeatable: Bool

  /// Whether the study was tuned in this ranking.
  public let isOwn: Bool

  /// Whether reports say which ranking it is: where one was asked for, or it is not the usual one.
  public let isStated: Bool

  /// A sentence for reports, or two; `nil` if they need not say it.
  package var statement: String? {
    guard isStated else { return nil }
    let ranking =
      isRepeatable
      ? "Ranked among all items (repeatable=True)."
      : "Ranked without items that the user had had before (repeatable=False)."
    guard !isOwn else { return ranking }
    let own =
      isRepeatable
      ? "without items that the user had had before (the study's repeatable=False)"
      : "with them (the study's repeatable=True)"
    return "\(ranking) Each trial's epoch was chosen \(own)."
  }

  /// A sentence about completed trials that have no ranks in the ranking that was asked for; `nil` if there are none.
  static func remark(onTrialsWithoutRanks count: Int) -> String? {
    guard count > 0 else { return nil }
    let (verb, them) = count == 1 ? ("has", "it") : ("have", "them")
    return "\(count.counting("completed trial")) \(verb) no value in this ranking: an earlier version, which recorded "
      + "the other one only, has run \(them)."
  }
}

extension StudyDefinition {
  /// Whether the study is tuned in rankings that include what a user has had; key `repeatable`.
  package var isRepeatable: Bool { !fixedConfiguration.contains { $0.key == "repeatable" && $0.value == "false" } }

  /// The ranking that a report uses.
  ///
  /// - Parameter isRepeatable: What the report was asked for; `nil` for the study's own ranking.
  package func ranking(isRepeatable requested: Bool?) -> RankingChoice {
    RankingChoice(
      isRepeatable: requested ?? isRepeatable, isOwn: requested == nil || requested == isRepeatable,
      isStated: requested != nil || !isRepeatable)
  }
}
