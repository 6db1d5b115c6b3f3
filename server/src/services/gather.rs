//! Questions of many people that arrive in the same moment are put to the database together.
//!
//! Nothing is kept: whoever asks is answered from a reading that begins after the question came, so what a moment ago was
//! changed is seen (a role that was taken away, a sitting that was closed). While one reading is under way the next one
//! gathers, so it costs nobody a wait of its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::store::StoreError;
use crate::{Error, Result};

/// How many questions share one reading.
const MOST: usize = 64;
/// How many may wait; then those who ask are held back.
const QUEUE: usize = 4096;

/// Reads what is asked; a question without an answer is left out.
type Read<K, V> = Arc<dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>>> + Send + Sync>;

struct Waiting<K, V> {
    key: K,
    answer: oneshot::Sender<Result<Option<V>>>,
}

/// Where questions of one kind wait for each other.
#[derive(Debug)]
pub(super) struct Gather<K, V> {
    queue: mpsc::Sender<Waiting<K, V>>,
}

impl<K, V> Clone for Gather<K, V> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<K, V> Gather<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Starts the task that asks, with so many readings under way at once. It ends with the last clone of this value.
    pub(super) fn start(
        readings: usize,
        read: impl Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>>> + Send + Sync + 'static,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(gather(readings, Arc::new(read), waiting));
        Self { queue }
    }

    /// The answer to one question.
    ///
    /// # Errors
    /// [`Error::Store`] when the database cannot be read.
    pub(super) async fn ask(&self, key: K) -> Result<Option<V>> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { key, answer }).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

async fn gather<K, V>(readings: usize, read: Read<K, V>, mut waiting: mpsc::Receiver<Waiting<K, V>>)
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    let turns = Arc::new(Semaphore::new(readings));
    loop {
        let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
        let mut batch = Vec::with_capacity(MOST);
        if waiting.recv_many(&mut batch, MOST).await == 0 {
            return;
        }
        let asked = answer_all(Arc::clone(&read), batch);
        if readings == 1 {
            asked.await;
            drop(turn);
        } else {
            tokio::spawn(async move {
                asked.await;
                drop(turn);
            });
        }
    }
}

async fn answer_all<K, V>(read: Read<K, V>, batch: Vec<Waiting<K, V>>)
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    let mut asking: HashMap<K, Vec<oneshot::Sender<Result<Option<V>>>>> = HashMap::new();
    for Waiting { key, answer } in batch {
        asking.entry(key).or_default().push(answer);
    }
    match read(asking.keys().cloned().collect()).await {
        Ok(mut found) => {
            for (key, answers) in asking {
                let value = found.remove(&key);
                for answer in answers {
                    let _ = answer.send(Ok(value.clone()));
                }
            }
        }
        Err(error) => {
            // The first one learns why, the others to ask again in a moment.
            let mut error = Some(error);
            for answer in asking.into_values().flatten() {
                let _ = answer.send(Err(error.take().unwrap_or(Error::Store(StoreError::NotCommitted))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Gather;
    static READINGS: AtomicUsize = AtomicUsize::new(0);

    #[tokio::test]
    async fn many_who_ask_the_same_are_answered_from_few_readings_each_with_its_own() {
        let gather: Gather<u32, u32> = Gather::start(1, |keys| {
            Box::pin(async move {
                READINGS.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(keys
                    .into_iter()
                    .filter(|key| *key != 3)
                    .map(|key| (key, key * 10))
                    .collect::<HashMap<_, _>>())
            })
        });
        let asked = (0..100u32).map(|n| {
            let gather = gather.clone();
            async move { (n % 5, gather.ask(n % 5).await.unwrap()) }
        });
        for (key, value) in futures::future::join_all(asked).await {
            assert_eq!(value, (key != 3).then_some(key * 10));
        }
        assert!(READINGS.load(Ordering::Relaxed) < 20, "{READINGS:?} readings for 100 questions");
    }
}
