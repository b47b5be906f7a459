import Literals
import Model
import Tuner

/// The choice of an ensemble among trials of a study, whose input has been read and checked.
struct EnsembleChoice {
  /// A trial that may be chosen.
  struct Candidate {
    let trial: TrainedTrial
    let member: WeightsSet.Member
  }

  let study: Study
  let metric: EnsembleMetric
  let origin: EnsembleOrigin

  /// In the order of their numbers.
  let candidates: [Candidate]

  /// The study's best trial, which is a candidate.
  let best: TrainedTrial
  let size: Int
  let threads: Int

  /// Where to write the weights; `nil` for nowhere.
  let folder: NewFolder?

  private static let splits = ["valid", "test"]

  /// The name of a member's file; sorted by name, files are in the order in which the members were chosen.
  ///
  /// - Parameter place: From 1.
  private static func fileName(_ place: Int, of count: Int, trial: Int) -> String {
    let digits = "\(count)".count - "\(place)".count
    return "\(String(repeating: "0", count: digits))\(place)-trial-\(trial).safetensors"
  }

  /// The index of the best trial.
  private var bestIndices: [Int] { candidates.indices.filter { candidates[$0].trial.number == best.number } }

  /// Trains what has to be trained, chooses, and writes the weights.
  ///
  /// - Throws: `CommandError`.
  func run(shouldStop: @escaping () -> Bool) throws -> EnsembleDocument {
    let trainings = candidates.compactMap(\.member.source.training)
    if trainings.count > 1 {
      Output.note(
        "Training \(trainings.count) of \(candidates.count) trials again, whose weights are not kept: "
          + TrialTraining.cost(of: trainings))
    }
    var all: [(weights: Safetensors?, member: EnsembleMember)] = []
    for candidate in candidates { all.append(try loaded(candidate, shouldStop)) }
    let dataset = candidates[0].member.dataset
    let isRepeatable = study.definition.isRepeatable
    let heldOut = [dataset.valid, dataset.test].map { HeldOut($0, of: dataset, isRepeatable: isRepeatable) }
    func rankings(adding others: [Int], to chosen: [Int], split: Int) throws -> [Rankings] {
      let rankings = Ensemble.rankings(
        adding: others.map { all[$0].member }, to: chosen.map { all[$0].member }, split: split,
        heldOut[split], for: metric.evaluation, threads: threads, shouldStop: shouldStop)
      guard let rankings else { throw CommandError.interrupted("Interrupted; nothing was written") }
      return rankings
    }
    var alone: [Double] = []
    let selection = try GreedySelection(
      candidateCount: candidates.count, size: size, direction: metric.direction
    ) { chosen, others in
      let values = try rankings(adding: others, to: chosen, split: 0).map(metric.value)
      if chosen.isEmpty { alone = values }
      return values
    }
    let chosen = selection.steps.map(\.candidate)
    let comparisons = try Self.splits.enumerated().compactMap { split, name -> EnsembleDocument.Comparison? in
      let single = try rankings(adding: bestIndices, to: [], split: split)[0]
      let together = try rankings(adding: chosen.suffix(1), to: chosen.dropLast(), split: split)[0]
      guard !single.ranks.isEmpty else { return nil }
      let samples = split == 0 ? dataset.valid : dataset.test
      return metric.comparison(split: name, samples, ensemble: together, single: single)
    }
    try folder?.write(
      "the weights",
      zip(chosen, 1...).compactMap { index, place in
        all[index].weights.map { weights in
          (Self.fileName(place, of: chosen.count, trial: candidates[index].trial.number), { try weights.encoded() })
        }
      }, shouldStop: shouldStop)
    return document(selection, alone: alone, comparisons)
  }

  /// A candidate's weights, if they are to be written, and what the choice needs of its network.
  private func loaded(
    _ candidate: Candidate, _ shouldStop: @escaping () -> Bool
  ) throws -> (weights: Safetensors?, member: EnsembleMember) {
    let (source, dataset) = (candidate.member.source, candidate.member.dataset)
    let weights = try source.weights(on: dataset, threads: threads, shouldStop: shouldStop)
    let model = try SavedModel(weights, file: source.name, configuration: source.configuration, dataset: dataset)
    guard
      let member = EnsembleMember(model, [dataset.valid, dataset.test], threads: threads, shouldStop: shouldStop)
    else { throw CommandError.interrupted("Interrupted; nothing was written") }
    return (folder == nil ? nil : weights, member)
  }

  private func document(
    _ selection: GreedySelection, alone: [Double], _ comparisons: [EnsembleDocument.Comparison]
  ) -> EnsembleDocument {
    let costs = candidates.map { ServingWork($0.member.source.configuration, $0.member.dataset) }
    func cost(_ indices: [Int]) -> EnsembleDocument.Cost {
      EnsembleDocument.Cost(
        networks: indices.count, parameters: indices.reduce(0) { $0 + costs[$1].parameters },
        operationsPerUser: indices.reduce(0) { $0 + costs[$1].operationsPerUser })
    }
    let members = selection.steps.map { step in
      let trial = candidates[step.candidate].trial
      return EnsembleDocument.Member(
        trial: trial.number, repeats: trial.repeated,
        seed: trial.repetition > 0
          ? StudyDefinition.seed(study.definition.seed, ofRepetition: trial.repetition) : nil,
        alone: alone[step.candidate], together: step.value)
    }
    return EnsembleDocument(
      study: study.name, metric: study.definition.metric, study.definition.ranking(isRepeatable: nil),
      from: origin.rawValue, candidates: candidates.count,
      best: best.number, members: members, comparisons: comparisons,
      single: cost(bestIndices),
      ensemble: cost(selection.steps.map(\.candidate)), folder: folder?.name)
  }
}
