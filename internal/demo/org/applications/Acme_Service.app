<?xml version="1.0" encoding="UTF-8"?>
<CustomApplication xmlns="http://soap.sforce.com/2006/04/metadata">
    <actionOverrides>
        <actionName>View</actionName>
        <comment>Action override created by Lightning App Builder during activation.</comment>
        <content>Project_Page</content>
        <formFactor>Large</formFactor>
        <pageOrSobjectType>Project__c</pageOrSobjectType>
        <skipRecordTypeSelect>false</skipRecordTypeSelect>
        <type>Flexipage</type>
    </actionOverrides>
    <formFactors>Small</formFactors>
    <formFactors>Large</formFactors>
    <isNavAutoTempTabsDisabled>false</isNavAutoTempTabsDisabled>
    <isNavPersonalizationDisabled>false</isNavPersonalizationDisabled>
    <isNavTabPersistenceDisabled>false</isNavTabPersistenceDisabled>
    <label>Acme Service</label>
    <navType>Console</navType>
    <tabs>Dispatch_Board</tabs>
    <tabs>standard-Case</tabs>
    <tabs>Service_Site__c</tabs>
    <tabs>Inspection__c</tabs>
    <uiType>Lightning</uiType>
    <workspaceConfig>
        <mappings>
            <tab>Dispatch_Board</tab>
        </mappings>
        <mappings>
            <fieldName>Service_Site__c</fieldName>
            <tab>Inspection__c</tab>
        </mappings>
        <mappings>
            <tab>Service_Site__c</tab>
        </mappings>
        <mappings>
            <tab>standard-Case</tab>
        </mappings>
    </workspaceConfig>
</CustomApplication>
