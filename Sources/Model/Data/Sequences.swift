import Foundation

/// The items of each user in the order of time, one user after the other.
struct Sequences {
  /// Item ids, all users.
  private(set) var items: [Int32]

  /// Where each user's items start, by user id, and where the last one's end.
  private(set) var starts: [Int]

  /// When each user's second item was, by user id; only for those with two.
  private(set) var secondTimes: [Double]

  /// Rows whose time another row of the same user has too.
  private(set) var tiedRowCount = 0

  /// Items of each user with items, by id from 1.
  var lengths: [Int32] {
    zip(starts.dropFirst(), starts.dropFirst(2)).map { Int32($1 - $0) }.filter { $0 > 0 }
  }

  /// Sorts rows by user and then by time; equal times keep the order of the rows.
  ///
  /// - Parameter userCount: Ids of users, with the padding's.
  init(_ interactions: Interactions, userCount: Int) {
    var starts = [Int](repeating: 0, count: userCount + 1)
    for user in interactions.users { starts[Int(user) + 1] += 1 }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    let visits = Self.visitsByUser(interactions, starts)
    let parts = Self.partition(starts)
    let sorted = inParallel(parts.count) { part in Part(visits, starts, users: parts[part]) }
    self.starts = starts
    items = []
    items.reserveCapacity(interactions.count)
    secondTimes = []
    for part in sorted {
      items += part.items
      secondTimes += part.secondTimes
      tiedRowCount += part.tiedRowCount
    }
  }

  /// What happened in a row and when, and which it was.
  private struct Visit {
    var time = 0.0
    var item: Int32 = 0
    var row: Int32 = 0
  }

  /// All rows by user, those of one user in their order.
  private static func visitsByUser(_ interactions: Interactions, _ starts: [Int]) -> [Visit] {
    var next = starts.map { Int32($0) }
    var visits = [Visit](repeating: Visit(), count: interactions.count)
    for row in 0..<interactions.count {
      let user = Int(interactions.users[row])
      visits[Int(next[user])] = Visit(
        time: interactions.times[row], item: interactions.items[row], row: Int32(row))
      next[user] += 1
    }
    return visits
  }

  /// Ranges of users with about as many rows each, one range for each core; one if rows are few.
  private static func partition(_ starts: [Int]) -> [Range<Int>] {
    let userCount = starts.count - 1
    let rowCount = starts[userCount]
    let partCount = rowCount < 10_000 ? 1 : ProcessInfo.processInfo.activeProcessorCount
    let bounds = (0..<partCount).map { part in
      starts.firstIndex { $0 >= rowCount * part / partCount } ?? userCount
    }
    return zip(bounds, bounds.dropFirst() + [userCount]).map { $0..<$1 }
  }

  /// Some users' items in the order of time.
  private struct Part {
    var items: [Int32] = []
    var secondTimes: [Double] = []
    var tiedRowCount = 0

    init(_ all: [Visit], _ starts: [Int], users: Range<Int>) {
      items.reserveCapacity(starts[users.upperBound] - starts[users.lowerBound])
      secondTimes.reserveCapacity(users.count)
      var visits: [Visit] = []
      for user in users {
        visits.removeAll(keepingCapacity: true)
        visits += all[starts[user]..<starts[user + 1]]
        if zip(visits, visits.dropFirst()).contains(where: { $0.time > $1.time }) {
          visits.sort { $0.time == $1.time ? $0.row < $1.row : $0.time < $1.time }
        }
        secondTimes.append(visits.count > 1 ? visits[1].time : 0)
        for index in visits.indices {
          let tiesBefore = index > 0 && visits[index - 1].time == visits[index].time
          let tiesAfter = index + 1 < visits.count && visits[index + 1].time == visits[index].time
          if tiesBefore || tiesAfter { tiedRowCount += 1 }
          items.append(visits[index].item)
        }
      }
    }
  }
}
