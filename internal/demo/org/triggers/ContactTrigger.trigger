trigger ContactTrigger on Contact (after insert) {
    System.enqueueJob(new WelcomeMailer(Trigger.newMap.keySet()));
}
