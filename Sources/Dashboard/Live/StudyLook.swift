import Foundation
package import Tuner

/// How the trials of a study are trained again, for its charts.
package typealias StudyRecipes = @Sendable (StudyDefinition) -> (Hyperparameters) -> StudyChart.Recipe?

/// One look after another at a study in the database: reads it when it has changed, and no more often than reading may cost.
struct StudyLook {
  private let study: LiveStudy

  /// The database in words.
  private let storage: String
  private let wait: DatabaseWait

  /// The study that is shown, as it was last read.
  private var pulse: StudyPulse?

  /// Whether there was such a study, and is none now.
  private var isDeleted = false
  private weak var store: StudyStore?

  /// Reads what has changed.
  private var reader: StudyChartReader?
  private let recipes: StudyRecipes
  private var live: LiveState?
  private var speed = EpochSpeed()

  /// Before the next read.
  private var pause = WorkPause()
  private var nextActivity: ContinuousClock.Instant = .now
  private var lastNews: ContinuousClock.Instant = .now

  /// Between two looks at who is at work.
  private static let activityInterval: Duration = .seconds(1)

  /// How often a page is told of the time at least, while the study runs or is gone.
  private static let newsInterval: Duration = .seconds(3)

  /// - Parameter wait: Told of each read.
  init(_ study: LiveStudy, storage: String, recipes: @escaping StudyRecipes, wait: DatabaseWait) {
    (self.study, self.storage, self.recipes, self.wait) = (study, storage, recipes, wait)
  }

  /// Looks once.
  ///
  /// - Parameter clock: The time, from which pauses are counted.
  /// - Throws: If the database cannot be read.
  mutating func look(at store: StudyStore, clock: ContinuousClock.Instant = .now) throws {
    guard let now = try wait.during({ try store.pulse(ofStudyNamed: study.name) }) else { return showAbsence() }
    let isSame = pulse.map { ($0.id, $0.createdAt) == (now.id, now.createdAt) } ?? false
    let isNew = !isSame || store !== self.store || !study.isShown
    let hasChanged = isNew || now.revision != pulse?.revision || reader?.isBehind == true
    let isDue = hasChanged && pause.isOver(at: clock)
    // Of a store that was opened again, or a study that was begun again, there is nothing to show before it was read.
    guard isDue || (!isNew && (clock >= nextActivity || study.problem != nil)) else { return }

    let start = WorkPause.processorTime
    guard let current = try wait.during({ try store.study(named: study.name) }) else { return }
    let chart = isDue ? try chart(of: current, store, isNew: isNew) : nil
    // A study that nobody ran may have begun to run.
    let isStale = clock >= nextActivity || isNew || (isDue && live?.state != .running)
    let live = try state(of: current, chart, store, isStale: isStale)
    if try show(chart, live, isNew: isNew, at: clock) { lastNews = clock }
    (self.live, self.store, isDeleted) = (live, store, false)
    if isDue {
      pulse = now
      pause.begin(afterWorkSince: start)
    }
    if isStale {
      let rest = WorkPause.length(afterSeconds: WorkPause.processorTime - start)
      nextActivity = .now + max(rest, Self.activityInterval)
    }
  }

  /// Rests after a look that has failed, as after one that has not.
  mutating func rest(afterWorkSince start: Double) { pause.begin(afterWorkSince: start) }

  private mutating func showAbsence() {
    isDeleted = isDeleted || pulse != nil
    (pulse, live, store, reader, pause) = (nil, nil, nil, nil, WorkPause())
    study.fail(
      isDeleted
        ? "study \(study.name) is no longer in \(storage): it was deleted"
        : "no study \(study.name) in \(storage) yet; waiting for it", isOver: true)
  }

  /// Tells pages what is new; returns whether there was anything.
  private func show(
    _ chart: StudyChart?, _ live: LiveState, isNew: Bool, at clock: ContinuousClock.Instant
  ) throws -> Bool {
    let text = try Self.json(live)
    if isNew, let chart {
      try study.begin(chart, live: text)
      return true
    }
    let isTime = [.running, .gone].contains(live.state) && clock >= lastNews + Self.newsInterval
    return try study.update(
      to: chart, live: text, isNews: isTime || live.withoutTime != self.live?.withoutTime)
  }

  private mutating func chart(of current: Study, _ store: StudyStore, isNew: Bool) throws -> StudyChart {
    var reader = StudyChartReader(store, current, recipe: recipes(current.definition))
    if !isNew, let known = self.reader, known.isFor(current, in: store) { reader = known }
    self.reader = reader
    return try reader.chart(of: try wait.during { try reader.read(mayLag: true) })
  }

  private var activity = StudyActivity()
  private var studies: [String] = []

  private mutating func state(
    of current: Study, _ chart: StudyChart?, _ store: StudyStore, isStale: Bool
  ) throws -> LiveState {
    if isStale {
      activity = try wait.during { try store.activity(of: current) }
      studies = try wait.during { try store.studyNames() }.reversed()
    }
    let trials = chart?.trials ?? study.trials?.values ?? []
    let time = Self.seconds(since: Self.beginning)
    if chart != nil { speed.add(epochs: trials.reduce(0) { $0 + Double($1.epochs ?? 0) }, at: time) }
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
}
