trigger CaseTrigger on Case (before insert, before update) {
    for (Case c : Trigger.new) {
        if (c.Respond_By__c == null) {
            c.Respond_By__c = Datetime.now().addDays(1);
        }
    }
}
