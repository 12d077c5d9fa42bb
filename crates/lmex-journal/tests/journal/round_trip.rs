//! Whatever is appended comes back, however it is cut into batches, segments, snapshots and starts.

use std::sync::Arc;

use lmex_journal::{Bounds, Durability, Folder, Writer};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::ask::{TAG, recover, take_snapshot};
use crate::disk::SimDisk;

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<u8>),
    Write(Vec<u8>),
    Snapshot,
    Restart(Durability),
}

fn step() -> impl Strategy<Value = Step> {
    let durability = prop_oneof![Just(Durability::Fsync), Just(Durability::Os), Just(Durability::None)];
    prop_oneof![
        12 => vec(any::<u8>(), 0..300).prop_map(Step::Append),
        12 => vec(any::<u8>(), 0..300).prop_map(Step::Write),
        1 => Just(Step::Snapshot),
        2 => durability.prop_map(Step::Restart),
    ]
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(steps in vec(step(), 0..120), segment_bytes in 100_u64..3000, queue_bytes in 1_usize..500) {
        let bounds = Bounds { segment_bytes, queue_bytes, record_bytes: 300, queue_records: 5 };
        let disk = SimDisk::default();
        let begin = |durability| {
            let recovered = Folder::on(Arc::new(disk.clone()), TAG).unwrap().recover().unwrap();
            Writer::start(recovered.records.finish().unwrap(), durability, bounds).unwrap()
        };
        let (mut writer, mut appended, mut snapshot) = (begin(Durability::Fsync), Vec::new(), 0);
        for step in steps {
            match step {
                Step::Append(payload) => {
                    writer.handle().append(&payload, || {}).unwrap();
                    appended.push(payload);
                }
                Step::Write(payload) => {
                    appended.push(payload);
                    let number = writer.write(appended.last().unwrap()).unwrap();
                    prop_assert_eq!((number, writer.handle().kept()), (appended.len() as u64, number));
                }
                Step::Snapshot => {
                    if take_snapshot(writer.handle()).is_ok() {
                        snapshot = appended.len();
                    }
                }
                Step::Restart(durability) => {
                    prop_assert_eq!(writer.close(), Ok(appended.len() as u64));
                    writer = begin(durability);
                }
            }
        }
        drop(writer);
        let recovered = recover(&disk).unwrap();
        prop_assert_eq!(recovered.cut, None);
        prop_assert_eq!(recovered.snapshot.map_or(0, |it| it.number), snapshot as u64);
        let records: Vec<_> = recovered.records.map(|it| it.unwrap()).collect();
        prop_assert_eq!(records.first().map_or(snapshot as u64 + 1, |it| it.number), snapshot as u64 + 1);
        let payloads: Vec<_> = records.into_iter().map(|it| it.payload).collect();
        prop_assert_eq!(&payloads[..], &appended[snapshot..]);
    }
}
