import Locks
import Testing
import Tuner

@testable import Dashboard

@Suite struct LiveStudyTests {
  private static func kinds(_ bytes: [UInt8]?) -> [String] {
    String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("event: ") }
      .map { String($0.dropFirst(7)) }
  }

  private static func chart(_ count: Int, value: Double = 0) -> StudyChart {
    StudyTextTests.chart((1...count).map { StudyTextTests.trial($0, value: value) })
  }

  @Test func `A page gets the whole study first, then what changes, and nothing when nothing does`() throws {
    let study = LiveStudy(name: "s")
    var page = LiveStudy.Position()
    #expect(study.news(for: &page) == nil)
    try study.begin(Self.chart(1), live: "{}")
    #expect(Self.kinds(study.news(for: &page)) == ["study"])
    #expect(study.news(for: &page) == nil)
    try study.update(to: Self.chart(2), live: "{}", isNews: false)
    try study.update(to: Self.chart(3), live: "{}", isNews: false)
    try study.update(to: Self.chart(3), live: "{}", isNews: false)
    #expect(Self.kinds(study.news(for: &page)) == ["changes", "changes"])
    try study.update(to: nil, live: "{\"state\":\"paused\"}", isNews: true)
    #expect(Self.kinds(study.news(for: &page)) == ["changes"])
    var late = LiveStudy.Position()
    #expect(Self.kinds(study.news(for: &late)) == ["study"])
    #expect(study.news(for: &late) == nil)
  }

  @Test func `A page that comes with the study gets only what follows, unless its number is of another run`() throws {
    let study = LiveStudy(name: "s")
    try study.begin(Self.chart(1), live: "{}")
    let sequence = try #require(study.whole).sequence
    var page = LiveStudy.Position(after: sequence)
    #expect(study.news(for: &page) == nil)
    try study.update(to: Self.chart(2), live: "{}", isNews: false)
    #expect(Self.kinds(study.news(for: &page)) == ["changes"])
    var late = LiveStudy.Position(after: sequence)
    #expect(Self.kinds(study.news(for: &late)) == ["changes"])

    let restarted = LiveStudy(name: "s")
    try restarted.begin(Self.chart(1), live: "{}")
    try restarted.update(to: Self.chart(2), live: "{}", isNews: false)
    for number in [0, sequence, sequence + 1, .max] {
      var page = LiveStudy.Position(after: number)
      #expect(Self.kinds(restarted.news(for: &page)) == ["study"])
      #expect(restarted.news(for: &page) == nil)
    }
  }

  @Test func `A page that reads slowly gets the whole study instead of all that it has missed`() throws {
    let study = LiveStudy(name: "s")
    var page = LiveStudy.Position()
    try study.begin(Self.chart(1), live: "{}")
    _ = study.news(for: &page)
    for round in 1...1000 { try study.update(to: Self.chart(1, value: Double(round)), live: "{}", isNews: false) }
    let news = study.news(for: &page)
    #expect(Self.kinds(news) == ["study"])
    #expect(String(decoding: news ?? [], as: UTF8.self).contains("\"value\":1000"))
    #expect(study.news(for: &page) == nil)
  }

  @Test func `A problem is said once to each page, and what changes next says that it is over`() throws {
    let study = LiveStudy(name: "s")
    var page = LiveStudy.Position()
    try study.begin(Self.chart(1), live: "{}")
    study.fail("the \"disk\" is away")
    study.fail("the \"disk\" is away")
    let news = study.news(for: &page)
    #expect(Self.kinds(news) == ["study", "problem"])
    #expect(String(decoding: news ?? [], as: UTF8.self).contains(#"{"message":"the \"disk\" is away"}"#))
    #expect(study.news(for: &page) == nil)
    try #expect(study.update(to: nil, live: "{}", isNews: false))
    #expect(Self.kinds(study.news(for: &page)) == ["changes"] && study.problem == nil)
    try #expect(!study.update(to: nil, live: "{}", isNews: false))
    var late = LiveStudy.Position()
    #expect(Self.kinds(study.news(for: &late)) == ["study"])
  }

  @Test func `Of a study that is gone only the problem is left`() throws {
    let study = LiveStudy(name: "s")
    try study.begin(Self.chart(1), live: "{}")
    study.fail("deleted", isOver: true)
    var page = LiveStudy.Position()
    #expect(Self.kinds(study.news(for: &page)) == ["problem"])
    #expect(study.whole == nil && !study.isShown && study.problem == "deleted")
    try study.begin(Self.chart(1), live: "{}")
    #expect(Self.kinds(study.news(for: &page)) == ["study"])
  }

  @Test func `A study is read as long as a page has it open, and for a moment before and after`() {
    let clock = TestClock()
    let study = LiveStudy(name: "s", now: clock.now)
    #expect(study.attention.isWanted)
    clock.advance(by: .seconds(9))
    #expect(study.attention.isWanted)
    clock.advance(by: .seconds(1))
    #expect(!study.attention.isWanted)
    let (number, _) = study.attend()
    clock.advance(by: .seconds(1000))
    #expect(study.attention.isWanted)
    study.leave(number)
    #expect(study.attention.isWanted)
    clock.advance(by: .seconds(10))
    #expect(!study.attention.isWanted)
    study.touch()
    #expect(study.attention.isWanted)
    #expect(study.attention.looks == 0)
    study.endLook()
    #expect(study.attention.looks == 1)
  }

  /// A clock that a test moves.
  private final class TestClock: Sendable {
    private let time = Locked(ContinuousClock.now)

    var now: @Sendable () -> ContinuousClock.Instant { { [self] in time.withLock { $0 } } }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }
  }
}
