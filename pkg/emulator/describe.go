package emulator

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// commonTypes are described whether or not the org has components of them, as
// every org's description is longer than what the org uses.
const commonTypes = `ApexClass ApexComponent ApexPage ApexTestSuite ApexTrigger AppMenu ApprovalProcess AssignmentRules AuraDefinitionBundle
AuthProvider AutoResponseRules CallCenter Certificate CleanDataService Community ConnectedApp ContentAsset CorsWhitelistOrigin CspTrustedSite
CustomApplication CustomApplicationComponent CustomFeedFilter CustomHelpMenuSection CustomLabels CustomMetadata CustomNotificationType CustomObject
CustomObjectTranslation CustomPageWebLink CustomPermission CustomSite CustomTab Dashboard DataCategoryGroup DelegateGroup Document DuplicateRule
EmailServicesFunction EmailTemplate EscalationRules ExternalCredential ExternalDataSource ExternalServiceRegistration FlexiPage Flow FlowCategory
FlowDefinition GlobalValueSet GlobalValueSetTranslation Group HomePageComponent HomePageLayout InstalledPackage Layout LeadConvertSettings Letterhead
LightningBolt LightningComponentBundle LightningExperienceTheme LightningMessageChannel MatchingRules MutingPermissionSet NamedCredential
NotificationTypeConfig PathAssistant PermissionSet PermissionSetGroup PlatformCachePartition PlatformEventChannel PlatformEventChannelMember
PostTemplate Profile ProfilePasswordPolicy ProfileSessionSetting Prompt Queue QuickAction RecommendationStrategy RecordActionDeployment
RedirectWhitelistUrl RemoteSiteSetting Report ReportType Role SamlSsoConfig Scontrol Settings SharingRules SharingSet StandardValueSet
StandardValueSetTranslation StaticResource SynonymDictionary TopicsForObjects TransactionSecurityPolicy Translations UserCriteria Workflow`

// described gives the types that the org says it has.
func (s *Server) described() []metadata.Type {
	present := s.state.Types()
	for _, name := range strings.Fields(commonTypes) {
		present[name] = true
	}
	return slices.DeleteFunc(s.state.Registry.Types(), func(t metadata.Type) bool {
		return !present[t.Name] || s.faults.hides(t.Name)
	})
}

func (s *Server) describeMetadata(call soapCall) (*reply, *soapFault) {
	r := newReply(call.op)
	r.open("result")
	for _, t := range s.described() {
		r.open("metadataObjects")
		for _, child := range t.Children {
			if !child.Unaddressable {
				r.text("childXmlNames", child.Type)
			}
		}
		r.text("directoryName", t.Directory)
		r.bool("inFolder", t.InFolder)
		r.bool("metaFile", t.MetaFile)
		if t.Suffix != "" && !t.Bundle {
			r.text("suffix", t.Suffix)
		}
		r.text("xmlName", t.Name)
		r.close("metadataObjects")
	}
	r.text("organizationNamespace", "")
	r.bool("partialSaveAllowed", s.set.sandbox)
	r.bool("testRequired", !s.set.sandbox)
	r.close("result")
	return r, nil
}
