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
    starts = [Int](repeating: 0, count: userCount + 1)
    for user in interactions.users { starts[Int(user) + 1] += 1 }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    var next = starts
    var order = [Int32](repeating: 0, count: interactions.count)
    for row in 0..<interactions.count {
      let user = Int(interactions.users[row])
      order[next[user]] = Int32(row)
      next[user] += 1
    }
    secondTimes = [Double](repeating: 0, count: userCount)
    var visits: [Visit] = []
    for user in 0..<userCount where starts[user + 1] - starts[user] > 1 {
      visits.removeAll(keepingCapacity: true)
      for index in starts[user]..<starts[user + 1] {
        visits.append(Visit(time: interactions.times[Int(order[index])], row: order[index]))
      }
      if zip(visits, visits.dropFirst()).contains(where: { $0.time > $1.time }) {
        visits.sort { $0.time == $1.time ? $0.row < $1.row : $0.time < $1.time }
        for (index, visit) in visits.enumerated() { order[starts[user] + index] = visit.row }
      }
      secondTimes[user] = visits[1].time
      for index in visits.indices {
        let tiesBefore = index > 0 && visits[index - 1].time == visits[index].time
        let tiesAfter = index + 1 < visits.count && visits[index + 1].time == visits[index].time
        if tiesBefore || tiesAfter { tiedRowCount += 1 }
      }
    }
    items = order.map { interactions.items[Int($0)] }
  }

  /// When a row was, and which.
  private struct Visit {
    let time: Double
    let row: Int32
  }
}
