import Foundation
package import Tuner

/// How the trials of a study are trained again, for its charts.
package typealias StudyRecipes = @Sendable (StudyDefinition) -> (Hyperparameters) -> StudyChart.Recipe?

/// One look after another at a study in the database: reads it when it has changed, and no more often than reading may cost.
struct StudyLook {
  private let study: LiveStudy

  /// The database in words.
  private let storage: String

  /// The study that is shown, as it was last read.
  private var pulse: StudyPulse?
  private weak var store: StudyStore?

  /// Reads what has changed.
  private var reader: StudyChartReader?
  private let recipes: StudyRecipes
  private var definition: StudyDefinition?
  private var live: LiveState?
  private var speed = EpochSpeed()

  private var nextRead: ContinuousClock.Instant = .now
  private var nextActivity: ContinuousClock.Instant = .now
  private var lastNews: ContinuousClock.Instant = .now

  /// The pause between two reads, as a multiple of the processor time that the last one took.
  private static let pauseFactor = 10.0

  /// The longest pause between two reads.
  private static let longestPause: Duration = .seconds(10)

  /// Between two looks at who is at work.
  private static let activityInterval: Duration = .seconds(1)

  /// How often a page is told of the time at least, while the study runs.
  private static let newsInterval: Duration = .seconds(3)

  init(_ study: LiveStudy, storage: String, recipes: @escaping StudyRecipes) {
    (self.study, self.storage, self.recipes) = (study, storage, recipes)
  }

  /// Looks once.
  ///
  /// - Throws: If the database cannot be read.
  mutating func look(at store: StudyStore) throws {
    guard let now = try store.pulse(ofStudyNamed: study.name) else {
      let wasShown = pulse != nil
      (pulse, live, self.store, reader) = (nil, nil, nil, nil)
      guard wasShown || study.problem == nil else { return }
      study.fail(
        wasShown
          ? "study \(study.name) is no longer in \(storage): it was deleted"
          : "no study \(study.name) in \(storage) yet; waiting for it", isOver: true)
      return
    }
    let isSame = pulse.map { ($0.id, $0.createdAt) == (now.id, now.createdAt) } ?? false
    let isNew = !isSame || store !== self.store || !study.isShown
    let clock = ContinuousClock.now
    let hasChanged = isNew || now.revision != pulse?.revision || reader?.isBehind == true
    let isDue = (hasChanged && clock >= nextRead) || isNew
    guard isDue || clock >= nextActivity || study.problem != nil else { return }

    let start = Self.processorTime()
    guard let current = try store.study(named: study.name) else { return }
    let chart = isDue ? try chart(of: current, store, isNew: isNew) : nil
    // A study that nobody ran may have begun to run.
    let isStale = clock >= nextActivity || isNew || (isDue && live?.state != .running)
    let live = try state(of: current, chart, store, isStale: isStale)
    let text = try Self.json(live)
    if isNew, let chart {
      try study.begin(chart, live: text)
    } else {
      let isTime = live.state == .running && clock >= lastNews + Self.newsInterval
      try study.update(
        to: chart, live: text,
        isNews: live.withoutTime != self.live?.withoutTime || isTime || live.state == .gone)
    }
    if chart != nil || live.withoutTime != self.live?.withoutTime { lastNews = clock }
    (self.live, self.store) = (live, store)
    if isDue { pulse = now }
    let pause = min(.seconds((Self.processorTime() - start) * Self.pauseFactor), Self.longestPause)
    if isDue { nextRead = .now + pause }
    if isStale { nextActivity = .now + max(pause, Self.activityInterval) }
  }

  private mutating func chart(of current: Study, _ store: StudyStore, isNew: Bool) throws -> StudyChart {
    if !isNew, let reader, reader.isFor(current, in: store) { return try reader.chart(mayLag: true) }
    let reader = StudyChartReader(store, current, recipe: recipes(current.definition))
    self.reader = reader
    return try reader.chart(mayLag: true)
  }

  private var activity = StudyActivity()
  private var studies: [String] = []

  private mutating func state(
    of current: Study, _ chart: StudyChart?, _ store: StudyStore, isStale: Bool
  ) throws -> LiveState {
    if isStale {
      activity = try store.activity(of: current)
      studies = try store.studyNames().reversed()
    }
    let trials = chart?.trials ?? study.trials?.values ?? []
    let time = Self.seconds(since: Self.beginning)
    if chart != nil { speed.add(epochs: trials.reduce(0) { $0 + ($1.epochs ?? 0) }, at: time) }
    let definition = current.definition
    return LiveState(
      activity, best: LiveState.best(of: trials, definition.direction), speed: speed.perSecond(at: time),
      trialLimit: definition.sampler == .tpe ? definition.trialLimit : nil, storage: storage, studies: studies)
  }

  private static let beginning = ContinuousClock.now

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }

  private static func json(_ live: LiveState) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(live), as: UTF8.self)
  }

  /// Seconds that the processor has worked on this thread.
  private static func processorTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
